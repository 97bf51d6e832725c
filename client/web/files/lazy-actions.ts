import { loadPart } from '../app/load-part.ts'
import type { Desk } from './action-words.ts'
import type * as Actions from './actions.ts'

const load = () => import('./actions.ts')

/** Loads the actions once the list is on the screen, so that they are there even if the hub is not when they are asked for. */
export const loadActions = (): Promise<unknown> => load()

const later =
  <Args extends unknown[]>(pick: (actions: typeof Actions) => (desk: Desk, ...args: Args) => Promise<void>) =>
  async (desk: Desk, ...args: Args): Promise<void> => {
    const actions = await loadPart(desk.host, load())
    if (actions) await pick(actions)(desk, ...args)
  }

/** The actions of actions.ts, which the first view of a folder does not wait for. */
export const copy = later(actions => actions.copy)
export const copyLink = later(actions => actions.copyLink)
export const download = later(actions => actions.download)
export const move = later(actions => actions.move)
export const removeShown = later(actions => actions.removeShown)
export const rename = later(actions => actions.rename)
export const sendDirectly = later(actions => actions.sendDirectly)
