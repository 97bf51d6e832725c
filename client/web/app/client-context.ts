import { createContext } from '@lit/context'
import type { HubClient } from '../../core/api.ts'

/** Carries the one connection to the hub to every page. */
export const clientContext = createContext<HubClient>(Symbol('hub client'))
