import { css } from 'lit'

/** Beside offer-list.ts: files with their sizes, and the text of an offer. */
export const offerListStyles = css`
  .offer {
    max-block-size: 320px;
    overflow: auto;
    font-size: 13px;
  }
  .offer li {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 32px;
  }
  .offer svg {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    color: var(--text-2);
  }
  .offer .name {
    flex: 1;
    min-inline-size: 0;
    padding-block: 5px;
    /* Whole: what a file is stands at the end of its name. */
    overflow-wrap: anywhere;
  }
  .offer .above,
  .offer .size {
    color: var(--text-2);
  }
  .offer .size {
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .more {
    padding-inline: 0;
    font-size: 13px;
    color: var(--brand-text);
  }
  .text {
    max-block-size: 160px;
    margin-block: 4px 12px;
    padding: 10px 12px;
    border-radius: var(--radius-m);
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    background: var(--sunken);
  }
`
