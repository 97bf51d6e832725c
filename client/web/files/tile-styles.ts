import { css } from 'lit'

/** Beside entry-tile.ts. The heights are those of list-shape.ts. */
export const tileStyles = css`
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
`
