import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** Indentation is for people: in css`…` a line break with what is around it means one space at most. */
const shortenStyles = (source: string): string =>
  source.replace(/\bcss`[^`]*`/g, styles => styles.replace(/\s*\n\s*/g, ' ').replace(/ ?([{};]) ?/g, '$1'))

/** Lucide's licence is in the package; size and colours are the same for all and come from client/web/ui/icons.ts. */
const shortenIcon = (svg: string): string =>
  svg
    .replace(/<!--.*?-->/s, '')
    .replace(/\s+/g, ' ')
    .replace(/ (class|xmlns|width|height)="[^"]*"(?=[^>]* viewBox)/g, '')
    .replace(/> </g, '><')
    .replace(/ \/>/g, '/>')
    .trim()

/** What calls and events promise, and how they fail, is for the reference and for programmers: no page shows it. */
const dropDocs = (source: string): string =>
  source
    .replace(/\bdoc:\s*(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g, "doc: ''")
    .replace(/\berrors: \[[^\]]*\]/g, 'errors: []')

/** An esbuild plugin: what the bundler leaves as it is, because it is text, becomes shorter too. */
export const shortenText: Plugin = {
  name: 'shorten text',
  setup(build) {
    build.onLoad({ filter: /client[\\/]web[\\/].*\.ts$/ }, async ({ path }) => {
      const contents = shortenStyles(await readFile(path, 'utf8'))
      return { contents, loader: 'ts' }
    })
    build.onLoad({ filter: /protocol[\\/](calls[\\/].*|events)\.ts$/ }, async ({ path }) => {
      const contents = dropDocs(await readFile(path, 'utf8'))
      return { contents, loader: 'ts' }
    })
    build.onLoad({ filter: /lucide-static[\\/].*\.svg$/ }, async ({ path }) => ({
      contents: shortenIcon(await readFile(path, 'utf8')),
      loader: 'text',
    }))
  },
}
