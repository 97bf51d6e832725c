import { css } from 'lit'

/** Of a row in the tray: name, bar, words, buttons; its tone says what the words say. */
export const rowStyles = css`
  :host {
    display: block;
    padding: 10px 8px 10px 16px;
    padding-inline: 16px 8px;
    border-block-start: 1px solid var(--line);
    font-size: 12px;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 8px;
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--text-2);
  }
  .where,
  .where > span {
    display: flex;
    min-inline-size: 0;
    color: var(--text-2);
  }
  .where span span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
  }
  .where span span:last-child {
    flex: none;
    max-inline-size: 100%;
  }
  b {
    color: var(--text);
    font-weight: 550;
  }
  progress {
    margin-block: 6px 4px;
  }
  .state {
    color: var(--text-2);
  }
  :is(.warn, .danger, .live) .state {
    color: var(--tone);
  }
  button.icon {
    inline-size: 32px;
    min-block-size: 32px;
  }
  button.small {
    min-block-size: 28px;
    padding: 0 10px;
    font-size: 12px;
  }
  .live .controls > svg {
    color: var(--live);
  }
  .controls {
    display: flex;
    align-items: center;
  }
`
