import { registerHooks } from 'node:module'

// As on a platform for which node-datachannel has no binary: for `node --import`.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'node-datachannel') throw new Error('there is no binary for this platform')
    return next(specifier, context)
  },
})
