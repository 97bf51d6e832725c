import { css } from 'lit'

/** Beside wherry-app.ts: side bar, top bar, page; on a phone top bar, page, tab bar. */
export const frameStyles = css`
  .frame {
    display: grid;
    grid: "side banner" auto "side top" auto "side page" minmax(0, 1fr) / 248px minmax(0, 1fr);
    block-size: 100%;
    background: var(--surface);
  }
  wherry-side-bar {
    grid-area: side;
  }
  wherry-insecure-banner {
    grid-area: banner;
  }
  .top {
    grid-area: top;
    display: flex;
    align-items: center;
    gap: 16px;
    min-block-size: 60px;
    padding: 0 20px;
    border-block-end: 1px solid var(--line);
  }
  wherry-search-field {
    flex: 0 1 476px;
  }
  .me {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-inline-start: auto;
  }
  .page {
    grid-area: page;
    min-inline-size: 0;
    min-block-size: 0;
    /* How much of the page's end the tray of the uploads lies over. */
    --covered: var(--tray-reach, 0px);
  }
  wherry-tab-bar {
    display: none;
  }
  .loading {
    display: grid;
    place-items: center;
    block-size: 100%;
    color: var(--text-2);
    opacity: 0;
    animation: appear 0s 400ms forwards;
  }
  @keyframes appear {
    to {
      opacity: 1;
    }
  }
  @media (max-width: 999px) {
    .frame {
      grid-template-columns: 64px minmax(0, 1fr);
    }
  }
  @media (max-width: 719px) {
    .frame {
      grid: "banner" auto "top" auto "page" minmax(0, 1fr) "tabs" auto / minmax(0, 1fr);
    }
    .page {
      --covered: max(0px, var(--tray-reach, 0px) - 59px - env(safe-area-inset-bottom));
    }
    wherry-side-bar {
      display: none;
    }
    wherry-tab-bar {
      display: block;
      grid-area: tabs;
      min-block-size: 59px;
    }
    .top {
      min-block-size: 56px;
      gap: 12px;
      padding: 0 12px;
    }
    wherry-search-field {
      flex: 1;
    }
  }
  /* The bars would leave no room for what is between them: they scroll away with the page. */
  @media (max-height: 419px) {
    :host {
      display: block;
      block-size: 100%;
      overflow: hidden auto;
    }
    .frame {
      block-size: auto;
      min-block-size: 100%;
    }
    .page {
      --covered: var(--tray-reach, 0px);
    }
  }
`
