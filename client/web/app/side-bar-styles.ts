import { css } from 'lit'

/** Beside side-bar.ts. Below 1000 px it is a rail of icons. */
export const sideBarStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 14px;
    min-block-size: 0;
    padding: 14px 12px;
    background: var(--background);
    border-inline-end: 1px solid var(--line);
    overflow: hidden auto;
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 0 8px;
    min-block-size: 36px;
    border-radius: var(--radius-s);
    font-size: 16px;
    font-weight: 650;
    color: inherit;
    text-decoration: none;
  }
  .mark {
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    border-radius: 8px;
    color: var(--on-brand);
    background: var(--brand);
  }
  .mark svg {
    inline-size: 18px;
    block-size: 18px;
    stroke-width: 2;
  }
  .new {
    justify-content: start;
    flex: none;
  }
  .chevron svg {
    display: block;
    inline-size: 16px;
    block-size: 16px;
  }
  .places {
    flex: 1;
  }
  li a {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 38px;
    padding: 0 10px;
    border-radius: var(--radius-s);
    font-weight: 550;
    color: var(--text-2);
    text-decoration: none;
  }
  li a:hover {
    background: var(--hover);
  }
  li a[aria-current="page"] {
    color: var(--text);
    background: var(--surface);
    box-shadow: var(--shadow-1);
  }
  li a[aria-current="page"] svg {
    color: var(--brand);
  }
  li a.space {
    min-block-size: 32px;
    font-size: 13px;
  }
  li a.space[aria-current="true"] {
    color: var(--brand-text);
    background: var(--brand-soft);
  }
  li a.space svg {
    inline-size: 16px;
    block-size: 16px;
  }
  li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2 {
    padding: 16px 10px 6px;
    font-size: 12px;
    font-weight: 600;
    color: var(--text-2);
  }
  @media (max-width: 999px) {
    .word {
      display: none;
    }
    .new,
    li a {
      justify-content: center;
      padding: 0;
    }
    .brand {
      padding: 0;
      justify-content: center;
    }
  }
  @media (forced-colors: active) {
    li a[aria-current="page"],
    li a[aria-current="true"] {
      outline: 1px solid Highlight;
    }
  }
`
