import { css } from 'lit'

export const trayStyles = css`
  section {
    display: flex;
    flex-direction: column;
    max-block-size: min(60vh, 480px);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow-2);
    overflow: hidden;
    font-variant-numeric: tabular-nums;
  }
  header {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 10px 8px 10px 16px;
    padding-inline: 16px 8px;
  }
  .figures {
    flex: 1;
    min-inline-size: 0;
    padding-inline-start: 8px;
  }
  h2 {
    font-size: 14px;
    font-weight: 650;
  }
  .figures p {
    font-size: 12px;
    color: var(--text-2);
  }
  .ring {
    inline-size: 36px;
    block-size: 36px;
    rotate: -90deg;
  }
  .ring circle {
    fill: none;
    stroke: var(--line);
    stroke-width: 4;
  }
  .ring .done {
    stroke: var(--brand);
  }
  .ring.whole .done {
    stroke: var(--live);
  }
  button span {
    display: inline-flex;
  }
  .up {
    rotate: 180deg;
  }
  ul {
    overflow: auto;
    overscroll-behavior: contain;
  }
  .more {
    padding: 8px 16px;
    font-size: 12px;
    color: var(--text-2);
    border-block-start: 1px solid var(--line);
  }
  .notice {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding: 10px 16px;
    font-size: 12px;
    background: var(--brand-soft);
  }
  .notice.danger {
    background: var(--danger-soft);
    color: var(--danger);
  }
  /* Little of the list is there: the ring and the headline tell enough. */
  @media (max-height: 419px) {
    section {
      max-block-size: 50dvh;
    }
    header {
      padding-block: 0;
    }
    .ring {
      inline-size: 20px;
      block-size: 20px;
    }
    .figures {
      padding-inline-start: 4px;
    }
    .figures p {
      display: none;
    }
    h2 {
      font-size: 13px;
    }
  }
`
