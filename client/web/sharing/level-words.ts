import { msg } from '@lit/localize'
import type { Level } from '../../../protocol/levels.ts'

/** What a level lets somebody do, for people. */
export const levelWord = (level: Level): string =>
  ({
    read: msg('Can view'),
    write: msg('Can add and rename'),
    delete: msg('Can move and delete'),
    admin: msg('Can manage access'),
  })[level]
