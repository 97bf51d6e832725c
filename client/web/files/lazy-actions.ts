import type * as Actions from './actions.ts'

const load = () => import('./actions.ts')

/** Loads the actions once the list is on the screen, so that they are there even if the hub is not when they are asked for. */
export const loadActions = (): Promise<unknown> => load()

/** The actions of actions.ts, which the first view of a folder does not wait for. */
export const copy: typeof Actions.copy = async (...args) => (await load()).copy(...args)
export const download: typeof Actions.download = async (...args) => (await load()).download(...args)
export const move: typeof Actions.move = async (...args) => (await load()).move(...args)
export const remove: typeof Actions.remove = async (...args) => (await load()).remove(...args)
export const rename: typeof Actions.rename = async (...args) => (await load()).rename(...args)
export const sendDirectly: typeof Actions.sendDirectly = async (...args) =>
  (await load()).sendDirectly(...args)
