import type { Command } from '../cli/command.ts'
import { access } from './access.ts'
import { login, logout, passwd, sessions, setup } from './account.ts'
import { cp, ls, mkdir, mv, rm, url } from './files.ts'
import { get } from './get.ts'
import { put } from './put.ts'
import { receive } from './receive.ts'
import { send } from './send.ts'
import { uploads } from './uploads.ts'
import { users } from './users.ts'
import { watch } from './watch.ts'

/** Every command of `wherry`, in the order of the help. */
export const commands: Record<string, Command> = {
  setup,
  login,
  logout,
  ls,
  mkdir,
  put,
  get,
  mv,
  cp,
  rm,
  watch,
  uploads,
  send,
  receive,
  url,
  access,
  users,
  sessions,
  passwd,
}
