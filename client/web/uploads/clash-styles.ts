import { css } from 'lit'

/** Of the question about taken names: what is there, what comes, and the choice, side by side or below each other. */
export const clashStyles = css`
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 130px;
    align-items: center;
    gap: 12px;
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
  }
  ul {
    display: grid;
    gap: 10px;
    max-block-size: 45vh;
    overflow: auto;
  }
  .side {
    display: flex;
    align-items: center;
    gap: 10px;
    font-size: 12px;
    color: var(--text-2);
    font-variant-numeric: tabular-nums;
  }
  .side > div {
    min-inline-size: 0;
  }
  b {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--text);
    font-weight: 550;
  }
  small {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: inherit;
  }
  .hint {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-block: 12px 16px;
  }
  label.all {
    display: flex;
    align-items: center;
    justify-content: end;
    gap: 8px;
    margin-block-end: 10px;
    padding-inline-end: 13px;
  }
  label.all select {
    inline-size: 130px;
  }
  @media (max-width: 719px) {
    li {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`
