import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the command line keeps what it noticed and could do without, by kind: below `$XDG_STATE_HOME/wherry`. */
export const stateDirectory = (kind: string): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'wherry', kind)
