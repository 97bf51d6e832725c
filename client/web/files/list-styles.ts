import { css } from 'lit'

/** Beside entry-list.ts: rows, tiles, their states. The heights are those of list-shape.ts. */
export const listStyles = css`
  :host {
    display: block;
    position: relative;
    min-block-size: 0;
    container: list / inline-size;
  }
  .scroller {
    position: relative;
    block-size: 100%;
    overflow: hidden auto;
    overflow-anchor: none;
    padding-inline: 20px 12px;
    scrollbar-gutter: stable;
    user-select: none;
    -webkit-touch-callout: none;
  }
  .scroller:focus-visible {
    outline: none;
  }
  .sizer {
    position: relative;
    min-block-size: calc(100% - 40px);
  }
  .window {
    position: absolute;
    inset: 0 0 auto;
  }
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
  .head [aria-sort="ascending"],
  .head [aria-sort="descending"] {
    color: var(--text);
  }
  .head svg {
    inline-size: 15px;
    block-size: 15px;
  }
  input[type="checkbox"] {
    appearance: none;
    display: grid;
    place-items: center;
    inline-size: 18px;
    block-size: 18px;
    margin: 3px;
    border: 1.5px solid var(--control-line);
    border-radius: 5px;
    background: var(--surface);
    cursor: pointer;
  }
  input[type="checkbox"]:is(:checked, :indeterminate) {
    border-color: var(--brand);
    background: var(--brand);
  }
  input[type="checkbox"]::after {
    content: "";
    inline-size: 11px;
    block-size: 11px;
    background: var(--on-brand);
    clip-path: polygon(14% 44%, 0 58%, 38% 94%, 100% 22%, 86% 8%, 38% 66%);
    visibility: hidden;
  }
  input[type="checkbox"]:indeterminate::after {
    clip-path: inset(42% 8%);
  }
  input[type="checkbox"]:is(:checked, :indeterminate)::after {
    visibility: visible;
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
  .cut .name {
    opacity: 0.5;
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
  wherry-rename-field {
    position: absolute;
    z-index: 1;
    inset-block-start: 0;
    inset-inline: 84px 24%;
    margin-block-start: 5px;
  }
  .band {
    position: absolute;
    z-index: 3;
    inset-block-start: 0;
    left: 0;
    border: 1px solid var(--brand);
    border-radius: 3px;
    background: color-mix(in oklch, var(--brand) 16%, transparent);
    pointer-events: none;
  }
  .above {
    position: absolute;
    z-index: 4;
    inset: 48px 0 auto;
    inline-size: fit-content;
    margin: 0 auto;
    min-block-size: 32px;
    border-radius: 99px;
    font-size: 12px;
    font-weight: 600;
    color: var(--live);
    border-color: transparent;
    background: var(--live-soft);
    box-shadow: var(--shadow-2);
  }
  .above svg {
    inline-size: 15px;
    block-size: 15px;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
    gap: 12px;
    block-size: 148px;
    padding-block-start: 12px;
  }
  .tile {
    position: relative;
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    gap: 2px;
    padding: 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    font-size: 13px;
    text-align: center;
    overflow: hidden;
  }
  .tile .name {
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    justify-items: center;
    align-items: center;
    gap: 8px;
    min-inline-size: 0;
  }
  .tile .title {
    max-inline-size: 100%;
  }
  .tile small {
    color: var(--text-2);
    font-size: 12px;
  }
  .tile .kind {
    inline-size: 52px;
    block-size: 52px;
    margin: 0;
    border-radius: var(--radius-m);
  }
  .tile .kind svg {
    inline-size: 28px;
    block-size: 28px;
    stroke-width: 1.4;
  }
  .tile input {
    position: absolute;
    inset: 8px auto auto 8px;
    inset-inline: 8px auto;
    opacity: 0;
  }
  .tile:hover input,
  .tile.selected input,
  .tile.cursor input {
    opacity: 1;
  }
  .tile wherry-rename-field {
    inset-inline: 8px;
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
    .scroller {
      padding-inline: 8px;
    }
    .head {
      display: none;
    }
    .sizer {
      min-block-size: 100%;
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
    wherry-rename-field {
      inset-inline: 52px 52px;
      margin-block-start: 13px;
    }
    .above {
      inset-block-start: 8px;
    }
  }
  @media (forced-colors: active) {
    input[type="checkbox"] {
      appearance: auto;
    }
    .selected {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
    .news {
      outline: 2px dotted CanvasText;
      outline-offset: -2px;
    }
  }
`
