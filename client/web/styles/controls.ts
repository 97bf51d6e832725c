import { css } from 'lit'

/** What every component shares: box model, focus, text for screen readers only. */
export const base = css`
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--brand);
    outline-offset: 2px;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  :where(a) {
    color: var(--brand-text);
  }
  svg {
    inline-size: 20px;
    block-size: 20px;
    flex: none;
    stroke-width: 1.75;
  }
  .for-readers {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* Safari on phones zooms in on a field with smaller text, and not back out. */
  @media (pointer: coarse) {
    input,
    select,
    textarea {
      font-size: 16px !important;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 1ms !important;
    }
  }
`

/** Buttons: plain, `primary`, `danger`, `quiet` (no line), `icon` (square, needs an accessible name). */
export const buttons = css`
  button,
  .button {
    font: inherit;
    font-weight: 550;
    color: inherit;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-block-size: 36px;
    padding: 0 14px;
    border: 1px solid var(--control-line);
    border-radius: var(--radius-s);
    background: var(--surface);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition: background var(--motion) var(--ease);
  }
  button:hover:not(:disabled, [aria-disabled='true']) {
    background-image: linear-gradient(var(--hover), var(--hover));
  }
  button:disabled,
  button[aria-disabled='true'] {
    opacity: 0.5;
    cursor: default;
  }
  button.primary {
    background: var(--brand);
    border-color: transparent;
    color: var(--on-brand);
  }
  button.danger {
    background: var(--danger);
    border-color: transparent;
    color: var(--on-danger);
  }
  button.quiet,
  button.icon {
    background-color: transparent;
    border-color: transparent;
  }
  button.icon {
    flex: none;
    inline-size: 36px;
    padding: 0;
    color: var(--text-2);
  }
  button.icon[aria-pressed="true"] {
    color: var(--brand);
  }
  @media (forced-colors: active) {
    button.quiet,
    button.icon,
    button.primary,
    button.danger {
      border-color: ButtonText;
    }
  }
`

/** Labelled fields, their hints and errors, and the row of buttons under a form. */
export const fields = css`
  form {
    display: grid;
    gap: 16px;
  }
  label,
  .field {
    display: grid;
    gap: 6px;
    font-size: 13px;
    font-weight: 550;
  }
  input:not([type="checkbox"], [type="radio"]),
  select {
    font: inherit;
    font-size: 14px;
    font-weight: 400;
    color: var(--text);
    background: var(--surface);
    min-block-size: 40px;
    inline-size: 100%;
    padding: 0 12px;
    border: 1px solid var(--control-line);
    border-radius: var(--radius-s);
  }
  input:focus-visible,
  select:focus-visible {
    outline-offset: -1px;
    border-color: var(--brand);
  }
  input[aria-invalid="true"] {
    border-color: var(--danger);
  }
  .hint {
    font-size: 12px;
    font-weight: 400;
    color: var(--text-2);
  }
  .error {
    display: flex;
    gap: 8px;
    align-items: start;
    padding: 10px 12px;
    border-radius: var(--radius-s);
    background: var(--danger-soft);
    color: var(--danger);
    font-size: 13px;
    font-weight: 500;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: end;
    gap: 8px;
    margin-block-start: 4px;
  }
`
