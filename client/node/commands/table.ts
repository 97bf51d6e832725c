import type { Command } from '../cli/command.ts'

const account = () => import('./account.ts')
const files = () => import('./files.ts')

/** Every command of `wherry`, in the order of the help; each is loaded when it is used. */
export const commands: Record<string, () => Promise<Command>> = {
  setup: async () => (await account()).setup,
  login: async () => (await account()).login,
  logout: async () => (await account()).logout,
  ls: async () => (await files()).ls,
  du: async () => (await files()).du,
  mkdir: async () => (await files()).mkdir,
  put: async () => (await import('./put.ts')).put,
  get: async () => (await import('./get.ts')).get,
  mv: async () => (await files()).mv,
  cp: async () => (await files()).cp,
  rm: async () => (await files()).rm,
  watch: async () => (await import('./watch.ts')).watch,
  uploads: async () => (await import('./uploads.ts')).uploads,
  send: async () => (await import('./send.ts')).send,
  receive: async () => (await import('./receive.ts')).receive,
  url: async () => (await files()).url,
  access: async () => (await import('./access.ts')).access,
  users: async () => (await import('./users.ts')).users,
  sessions: async () => (await account()).sessions,
  passwd: async () => (await account()).passwd,
}
