import { css } from 'lit'

/** Of the cards of something that is received. */
export const receiptStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
  }
  h2 {
    font-size: 16px;
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .what {
    color: var(--text-2);
  }
  .state {
    display: flex;
    align-items: start;
    gap: 8px;
    font-weight: 550;
  }
  /* They have the focus to be read out; nothing can be done with them. */
  [tabindex='-1'] {
    outline: none;
  }
  .state.warn {
    color: var(--warn);
  }
  .state.danger {
    color: var(--danger);
  }
  .state.live {
    color: var(--live);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .buttons.wide {
    display: grid;
  }
  .buttons button {
    min-block-size: 42px;
  }
  .buttons .primary {
    flex: 1;
  }
  .state a {
    color: inherit;
  }
  .trust {
    display: flex;
    align-items: center;
    gap: 8px;
    font-size: 13px;
  }
  .hint {
    font-size: 12px;
    color: var(--text-2);
  }
  .rows li {
    display: flex;
    align-items: center;
    gap: 10px;
    min-block-size: 44px;
    border-block-start: 1px solid var(--line);
  }
  .rows small {
    font-size: inherit;
    color: var(--text-2);
  }
  .rows span {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`
