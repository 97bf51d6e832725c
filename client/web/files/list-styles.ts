import { css } from 'lit'

/** Beside entry-list.ts: what rows and tiles stand in, and what lies over them. */
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
    padding-inline: 20px 5px;
    /* So that the last rows come out from under the tray. */
    padding-block-end: var(--covered, 0px);
    scroll-padding-block-end: var(--covered, 0px);
    scrollbar-gutter: stable;
    user-select: none;
    -webkit-touch-callout: none;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  /* Then the row of the cursor has the ring. */
  .scroller:focus-visible:has(.cursor) {
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
  wherry-rename-field {
    position: absolute;
    z-index: 1;
    inset-block-start: 0;
    inset-inline: 84px 24%;
    margin-block-start: 5px;
  }
  wherry-rename-field.over-tile {
    inset-inline: calc(100% / var(--columns) * var(--column) + 8px) auto;
    inline-size: calc(100% / var(--columns) - 24px);
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
  @container list (max-width: 559px) {
    .scroller {
      padding-inline: 8px;
    }
    .sizer {
      min-block-size: 100%;
    }
  }
  @container list (max-width: 559px) {
    wherry-rename-field {
      inset-inline: 52px 52px;
      margin-block-start: 13px;
    }
    .above {
      inset-block-start: 8px;
    }
  }
`
