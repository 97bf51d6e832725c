import { css } from 'lit'

/** How rows and tiles look that are pointed at, selected, new, cut, or about to take a drop. */
export const rowStateStyles = css`
  .row:not(.head):hover,
  .tile:hover {
    background: var(--hover);
  }
  .selected,
  .row.selected:hover,
  .tile.selected:hover {
    background: var(--brand-soft);
  }
  .news,
  .row.news:hover,
  .tile.news:hover {
    background: var(--live-soft);
    box-shadow: inset 3px 0 var(--live);
  }
  :host(:dir(rtl)) .news {
    box-shadow: inset -3px 0 var(--live);
  }
  .scroller:focus-visible .cursor {
    outline: 2px solid var(--brand);
    outline-offset: -2px;
  }
  .cut .kind {
    opacity: 0.5;
  }
  .cut .title {
    font-style: italic;
    color: var(--text-2);
  }
  .ghost .title {
    color: var(--text-2);
  }
  .drop-target,
  .row.drop-target:hover {
    background: var(--brand-soft);
    outline: 2px dashed var(--brand);
    outline-offset: -2px;
  }
  .renaming .title {
    visibility: hidden;
  }
  @media (forced-colors: active) {
    .selected {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
    .news {
      outline: 2px dotted CanvasText;
      outline-offset: -2px;
    }
    .row .more button {
      border-color: transparent;
    }
  }
`
