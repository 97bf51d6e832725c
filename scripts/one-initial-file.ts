import { resolve } from 'node:path'
import type { Plugin } from 'esbuild'

const namespace = 'loaded-later'

/**
 * An esbuild plugin: what a page loads at once becomes one file, which is smaller and there sooner than dozens. esbuild
 * puts modules into one file where the same entry points reach them: so each part that is loaded later imports the
 * page's entry, which has run by then, and reaches all of it. Such parts have no default export.
 */
export const oneInitialFile = (entry: string): Plugin => ({
  name: 'one initial file',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' ? { path: resolve(resolveDir, path), namespace } : null,
    )
    build.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `import ${JSON.stringify(resolve(entry))}; export * from ${JSON.stringify(path)}`,
      resolveDir: resolve(),
    }))
  },
})
