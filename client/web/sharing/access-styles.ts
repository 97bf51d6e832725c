import { css } from 'lit'

/** Lists of who may do what with what. */
export const accessStyles = css`
  .sentence {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 12px;
    border-radius: var(--radius-s);
    font-weight: 500;
    color: var(--brand-text);
    background: var(--brand-soft);
  }
  h3 {
    margin-block-start: 20px;
    font-size: 14px;
    font-weight: 650;
  }
  ul {
    margin-block: 8px 16px;
  }
  li {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 52px;
    border-block-end: 1px solid var(--line);
  }
  .main {
    flex: 1;
    min-inline-size: 0;
  }
  b {
    display: block;
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  li select {
    inline-size: auto;
    min-block-size: 34px;
  }
  /* A name, and its level in a line of its own. */
  @media (max-width: 479px) {
    li:has(select) {
      flex-wrap: wrap;
      padding-block: 8px;
    }
    li:has(select) .main {
      flex-basis: calc(100% - 50px);
    }
    li select {
      flex: 1;
      min-inline-size: 0;
      min-block-size: 40px;
      margin-inline-start: 40px;
    }
  }
  .add {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 12px;
  }
  .who {
    flex: 1 1 200px;
  }
  .add button {
    min-block-size: 40px;
  }
`
