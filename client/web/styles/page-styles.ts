import { css } from 'lit'

/** Pages other than folders: a heading, a sentence, rows. */
export const pageStyles = css`
  :host {
    display: block;
    block-size: 100%;
    overflow: auto;
    padding: 24px 28px;
    padding-block-end: calc(24px + var(--covered, 0px));
    scroll-padding-block-end: var(--covered, 0px);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 16px;
    margin-block-end: 20px;
  }
  h1 {
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .rows li {
    display: flex;
    align-items: center;
    gap: 14px;
    min-block-size: 56px;
    padding: 6px 4px;
    border-block-end: 1px solid var(--line);
  }
  .rows .main {
    flex: 1;
    min-inline-size: 0;
  }
  .rows b,
  .rows small {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .rows b {
    font-weight: 550;
  }
  .rows small {
    font-size: 12px;
    color: var(--text-2);
  }
  .tag {
    padding: 2px 10px;
    border-radius: 99px;
    font-size: 12px;
    font-weight: 600;
    color: var(--brand-text);
    background: var(--brand-soft);
    white-space: nowrap;
  }
  .tag.off {
    color: var(--danger);
    background: var(--danger-soft);
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: 6px;
    padding: 72px 16px;
    text-align: center;
    color: var(--text-2);
  }
  .empty b {
    font-size: 16px;
    font-weight: 600;
    color: var(--text);
  }
  .empty svg {
    inline-size: 40px;
    block-size: 40px;
    margin-block-end: 8px;
    stroke-width: 1.25;
  }
  @media (max-width: 719px) {
    :host {
      padding: 16px;
      padding-block-end: calc(16px + var(--covered, 0px));
    }
  }
`
