import { css } from 'lit'

/** Checkboxes of the list, drawn in our colours. */
export const checkboxStyles = css`
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
  @media (forced-colors: active) {
    input[type="checkbox"] {
      appearance: auto;
    }
  }
`
