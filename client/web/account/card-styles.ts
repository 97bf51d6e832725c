import { css } from 'lit'

/** The one card in the middle of the page: sign-in and first run. */
export const card = css`
  :host {
    display: grid;
    place-items: center;
    block-size: 100%;
    padding: 24px 16px;
    overflow: auto;
    background: var(--background);
  }
  main {
    display: grid;
    gap: 24px;
    inline-size: min(100%, 400px);
    padding: 32px;
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow-2);
  }
  header {
    display: grid;
    gap: 8px;
  }
  .mark {
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
    margin-block-end: 8px;
    border-radius: 12px;
    color: var(--on-brand);
    background: var(--brand);
  }
  .mark svg {
    inline-size: 26px;
    block-size: 26px;
  }
  h1 {
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  header p {
    color: var(--text-2);
  }
  form button {
    min-block-size: 42px;
  }
  @media (max-width: 479px) {
    :host {
      place-items: start stretch;
      padding: 0;
      background: var(--surface);
    }
    main {
      inline-size: 100%;
      border: 0;
      box-shadow: none;
    }
  }
`
