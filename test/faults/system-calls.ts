/** A call as strace saw it. `begun` and `ended` are places in the order of all that it saw; ended calls have a `result`. */
export type SystemCall = {
  thread: number
  name: string
  /** Of its first argument, a descriptor; empty for others. */
  path: string
  arguments: string
  result: number
  /** strace had it fail. */
  isInjected: boolean
  begun: number
  ended: number
}

const line = /^(\d+) +(.*)$/
const unfinished = / <unfinished \.\.\.>$/
const resumed = /^<\.\.\. \w+ resumed>/
const whole = /^(\w+)\((.*)\) += (-?\d+|\?)(?:<.*>)?(?: .*)?$/s
const descriptor = /^-?\d+<([^>]*)>/

/** Reads what `strace -f -y -o` wrote. Calls that had no end when the process died are left out. */
export const readTrace = (text: string): SystemCall[] => {
  const calls: SystemCall[] = []
  const open = new Map<number, { head: string; begun: number }>()
  for (const [at, row] of text.split('\n').entries()) {
    const [, thread, said] = line.exec(row) ?? []
    if (thread === undefined || said === undefined) continue
    const id = Number(thread)
    const started = resumed.test(said) ? open.get(id) : { head: '', begun: at }
    if (!started) continue
    const call = started.head + said.replace(resumed, '')
    if (unfinished.test(call)) open.set(id, { head: call.replace(unfinished, ''), begun: at })
    else calls.push(...callOf(id, call, started.begun, at))
  }
  return calls
}

const callOf = (thread: number, text: string, begun: number, ended: number): SystemCall[] => {
  const [, name, args, result] = whole.exec(text) ?? []
  if (name === undefined || args === undefined || result === undefined || result === '?') return []
  const path = descriptor.exec(args)?.[1] ?? ''
  const isInjected = text.endsWith('(INJECTED)')
  return [{ thread, name, path, arguments: args, result: Number(result), isInjected, begun, ended }]
}

const shortEscapes: Record<string, number> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 }
const escaped = /\\([0-7]{1,3}|.)/gs

/** The bytes of a call's first string; throws if strace cut them short. */
export const bytesOf = ({ arguments: args }: SystemCall): Buffer => {
  const [string, quoted, cut] = /"((?:[^"\\]|\\.)*)"(\.\.\.)?/s.exec(args) ?? []
  if (string === undefined || quoted === undefined || cut) throw new Error('not the whole string')
  const plain = quoted.replace(escaped, (_, code: string) =>
    String.fromCharCode(shortEscapes[code] ?? Number.parseInt(code, 8)),
  )
  return Buffer.from(plain, 'latin1')
}

/** What is the last number of a pwrite64: where in the file. */
export const offsetOf = ({ arguments: args }: SystemCall): number => Number(/(\d+)$/.exec(args)?.[1])
