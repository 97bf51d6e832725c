import { css } from 'lit'

/** Beside files-page.ts. */
export const filesStyles = css`
  :host {
    display: block;
    block-size: 100%;
    container: page / inline-size;
  }
  .page {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    block-size: 100%;
  }
  .main {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    min-block-size: 0;
  }
  .main > :last-child {
    grid-row: 3;
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    min-block-size: 64px;
    padding-inline: 22px 20px;
  }
  .who {
    display: flex;
    align-items: center;
    gap: 12px;
    flex: none;
  }
  wherry-details-pane {
    display: none;
  }
  .loading {
    padding: 24px 30px;
    color: var(--text-2);
    opacity: 0;
    animation: appear 0s 500ms forwards;
  }
  @keyframes appear {
    to {
      opacity: 1;
    }
  }
  wherry-dialog wherry-details-pane {
    display: block;
    padding: 0;
    border: 0;
  }
  .chosen {
    display: none;
    padding: 8px 10px 12px;
    border-block-end: 1px solid var(--line);
    margin-block-end: 6px;
    font-weight: 600;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  @container page (min-width: 900px) {
    .page.with-details {
      grid-template-columns: minmax(0, 1fr) 332px;
    }
    .with-details wherry-details-pane {
      display: block;
    }
  }
  @media (max-width: 719px) {
    .chosen {
      display: block;
    }
    header {
      min-block-size: 52px;
      padding-inline: 10px 14px;
    }
    .who button {
      inline-size: 40px;
      padding: 0;
      border-color: transparent;
    }
    .who button span {
      display: none;
    }
  }
  /* There the whole page scrolls, see frame-styles.ts. */
  @media (max-height: 419px) {
    wherry-entry-list {
      block-size: 100dvh;
    }
  }
`
