import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type CommandLine, commandLine } from './command-line.ts'
import { administrator, type HubProcess, hubProcess } from './hub-process.ts'

type Account = { email: string; password: string }

/** A hub as people run it, and terminals at it, for the tests of one file. */
export type TerminalRig = {
  readonly hub: HubProcess
  /** For homes and files, removed in the end. */
  readonly directory: string
  /** The administrator's. */
  readonly ada: CommandLine
  /** Another one, with a home of this name. */
  signIn(name: string, account: Account): Promise<CommandLine>
  /** Folders of one test: for homes and files, and an empty one in it to receive into. */
  makeWork(): Promise<{ work: string; target: string }>
}

/** Starts before the tests of the file that calls it, and ends after them. `environment`: more of the hub's settings. */
export const terminalRig = (environment: Record<string, string> = {}): TerminalRig => {
  let hub: HubProcess
  let directory: string
  let ada: CommandLine

  const signIn = async (name: string, { email, password }: Account): Promise<CommandLine> => {
    const wherry = commandLine(join(directory, name))
    await wherry.json(['login', hub.url, '--email', email, '--password-stdin'], password)
    return wherry
  }

  beforeAll(async () => {
    hub = await hubProcess({
      WHERRY_ADMIN_EMAIL: administrator.email,
      WHERRY_ADMIN_PASSWORD: administrator.password,
      ...environment,
    })
    await hub.start()
    directory = await mkdtemp(join(tmpdir(), 'wherry-terminals-'))
    ada = await signIn('ada', administrator)
  })

  afterAll(async () => {
    await hub.remove()
    await rm(directory, { recursive: true, force: true })
  })

  return {
    get hub() {
      return hub
    },
    get directory() {
      return directory
    },
    get ada() {
      return ada
    },
    signIn,
    async makeWork() {
      const work = await mkdtemp(join(directory, 'work-'))
      const target = join(work, 'target')
      await mkdir(target)
      return { work, target }
    },
  }
}
