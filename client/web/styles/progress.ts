import { css } from 'lit'

/** A bar in the tone of how things are going: as usual, or with `warn`, `danger` or `live` around it. */
export const progressBar = css`
  :host {
    --tone: var(--brand);
  }
  .warn {
    --tone: var(--warn);
  }
  .danger {
    --tone: var(--danger);
  }
  .live {
    --tone: var(--live);
  }
  progress {
    display: block;
    appearance: none;
    inline-size: 100%;
    block-size: 6px;
    border: 0;
    border-radius: 4px;
    overflow: hidden;
    background: var(--line);
  }
  progress::-webkit-progress-bar {
    background: var(--line);
  }
  progress::-webkit-progress-value {
    background: var(--tone);
  }
  progress::-moz-progress-bar {
    background: var(--tone);
  }
  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
    }
    progress::-webkit-progress-value {
      background: Highlight;
    }
    progress::-moz-progress-bar {
      background: Highlight;
    }
  }
`
