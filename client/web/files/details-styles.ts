import { css } from 'lit'

/** Beside details-pane.ts. */
export const detailsStyles = css`
  :host {
    display: block;
    padding: 20px 18px;
    /* So that the end comes out from under the tray. */
    padding-block-end: calc(20px + var(--covered, 0px));
    border-inline-start: 1px solid var(--line);
    overflow: hidden auto;
  }
  .picture {
    display: grid;
    place-items: center;
    block-size: 172px;
    margin-block-end: 18px;
    border-radius: var(--radius-m);
    background: var(--sunken);
  }
  .picture img {
    inline-size: 100%;
    block-size: 100%;
    min-block-size: 0;
    border-radius: inherit;
    object-fit: cover;
  }
  .picture .kind {
    inline-size: 72px;
    block-size: 72px;
    border-radius: var(--radius-l);
  }
  .picture .kind svg {
    inline-size: 38px;
    block-size: 38px;
    stroke-width: 1.3;
  }
  h2 {
    font-size: 15px;
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  h3 {
    margin-block: 22px 8px;
    font-size: 13px;
    font-weight: 600;
  }
  dl {
    display: grid;
    grid-template-columns: 92px minmax(0, 1fr);
    gap: 9px 10px;
    margin-block-start: 16px;
    font-size: 13px;
  }
  dt,
  .quiet-text {
    color: var(--text-2);
  }
  dd,
  p {
    unicode-bidi: plaintext;
  }
  :host(:dir(rtl)) :is(dd, p) {
    text-align: right;
  }
  dd {
    overflow-wrap: anywhere;
    font-variant-numeric: tabular-nums;
  }
  code {
    font-size: 12px;
  }
  .verified {
    margin-inline: 6px;
    padding: 1px 8px;
    border-radius: 99px;
    font-size: 12px;
    font-weight: 600;
    color: var(--live);
    background: var(--live-soft);
  }
  li {
    display: flex;
    align-items: center;
    gap: 10px;
    padding-block: 5px;
    font-size: 13px;
  }
  li svg {
    inline-size: 22px;
  }
  li span {
    flex: 1;
  }
  p {
    font-size: 13px;
  }
  button {
    margin-block-start: 10px;
  }
`
