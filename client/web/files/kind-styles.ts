import { css } from 'lit'

/** Beside kind.ts: a tinted tile with the icon of an entry's kind. */
export const kindStyles = css`
  .kind {
    --tone: light-dark(oklch(0.5 0.02 240), oklch(0.74 0.02 240));
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 30px;
    block-size: 30px;
    border-radius: var(--radius-s);
    color: var(--tone);
    background: color-mix(in oklch, var(--tone) 13%, transparent);
  }
  .kind svg {
    inline-size: 18px;
    block-size: 18px;
  }
  .kind.folder {
    --tone: light-dark(oklch(0.6 0.13 232), oklch(0.74 0.12 225));
  }
  .kind.picture {
    --tone: light-dark(oklch(0.55 0.12 195), oklch(0.76 0.11 195));
  }
  .kind.film {
    --tone: light-dark(oklch(0.55 0.17 305), oklch(0.73 0.15 305));
  }
  .kind.sound {
    --tone: light-dark(oklch(0.57 0.17 350), oklch(0.74 0.14 350));
  }
  .kind.pdf {
    --tone: light-dark(oklch(0.57 0.19 25), oklch(0.72 0.16 25));
  }
  .kind.sheet {
    --tone: light-dark(oklch(0.52 0.13 150), oklch(0.74 0.14 150));
  }
  .kind.text {
    --tone: light-dark(oklch(0.52 0.08 245), oklch(0.74 0.08 245));
  }
  .kind.pack {
    --tone: light-dark(oklch(0.58 0.12 70), oklch(0.78 0.12 78));
  }
`
