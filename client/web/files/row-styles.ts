import { css } from 'lit'

/** Beside entry-row.ts and list-header.ts. The heights are those of list-shape.ts; where it is narrow, rows have two lines. */
export const rowStyles = css`
  .row {
    display: grid;
    grid-template-columns: 38px minmax(0, 1fr) 136px 150px 96px 36px;
    align-items: center;
    block-size: 44px;
    padding-inline: 8px 4px;
    border-radius: var(--radius-s);
    font-size: 13px;
    color: var(--text-2);
    font-variant-numeric: tabular-nums;
  }
  .row > div {
    display: flex;
    align-items: center;
    gap: 8px;
    min-inline-size: 0;
    padding-inline-end: 12px;
  }
  .row > div > span,
  .title,
  small {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: plaintext;
  }
  .row .size {
    justify-content: end;
  }
  .row .more {
    padding: 0;
  }
  .row .more button {
    opacity: 0;
  }
  .row:hover .more button,
  .row.cursor .more button,
  .more button:focus-visible {
    opacity: 1;
  }
  @media (hover: none) {
    .row .more button {
      opacity: 1;
    }
  }
  .head {
    position: sticky;
    inset-block-start: 0;
    z-index: 2;
    block-size: 40px;
    border-block-end: 1px solid var(--line);
    border-radius: 0;
    background: var(--surface);
  }
  .head button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 28px;
    padding: 0 4px;
    margin-inline-start: -4px;
    border: 0;
    border-radius: 4px;
    font: inherit;
    font-weight: 550;
    color: inherit;
    background: none;
    cursor: pointer;
  }
  .head .size button {
    margin-inline: 0 -4px;
  }
  .head [aria-sort="ascending"],
  .head [aria-sort="descending"] {
    color: var(--text);
  }
  .head svg {
    inline-size: 15px;
    block-size: 15px;
  }
  .name {
    color: var(--text);
    font-weight: 550;
  }
  .name .kind {
    margin-inline-end: 4px;
  }
  .words {
    display: grid;
    min-inline-size: 0;
  }
  .words small {
    display: none;
    font-size: 12px;
    font-weight: 400;
    color: var(--text-2);
  }
  .badge {
    flex: none;
    padding: 2px 8px;
    border-radius: 99px;
    font-size: 12px;
    font-weight: 600;
  }
  .badge.live {
    color: var(--live);
  }
  .badge.mine {
    color: var(--brand-text);
    background: var(--brand-soft);
  }
  @container list (max-width: 759px) {
    .row {
      grid-template-columns: 38px minmax(0, 1fr) 0 148px 84px 36px;
    }
    .row .by {
      visibility: hidden;
      padding: 0;
      overflow: hidden;
    }
  }
  @container list (max-width: 559px) {
    .head {
      display: none;
    }
    .row {
      grid-template-columns: minmax(0, 1fr) 44px;
      block-size: 60px;
      padding-inline: 8px;
      font-size: 14px;
    }
    .row .check,
    .row .by,
    .row .date,
    .row .size,
    .name .badge {
      display: none;
    }
    .words small {
      display: block;
    }
    .name {
      gap: 8px;
    }
    .row .more button {
      opacity: 1;
      min-inline-size: 40px;
      min-block-size: 40px;
    }
    .news .words small {
      color: var(--live);
    }
  }
`
