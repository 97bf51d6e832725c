import type { Connect } from '../../core/peer/direct.ts'
import { directPaths } from '../../core/peer/direct.ts'
import { loadRtc } from '../peer/rtc.ts'
import { type OptionValues, textOption, UsageError } from './command.ts'
import type { Output } from './output.ts'

/** How direct ways are found, until close(); without `connect` all goes through the hub. */
export type Paths = { connect?: Connect; close(): void }

/** `--path relay` looks for no direct way: where one is not wanted to be seen, and for tests. */
export const openPaths = async (options: OptionValues, output: Output): Promise<Paths> => {
  const wanted = textOption(options, 'path') ?? 'auto'
  if (wanted !== 'auto' && wanted !== 'relay') throw new UsageError('--path takes auto or relay')
  const rtc = wanted === 'auto' ? await loadRtc() : null
  if (rtc) return { connect: directPaths(rtc.make), close: rtc.close }
  if (wanted === 'auto')
    output.note('Direct connections are not supported on this system: all goes through the hub, sealed.')
  return { close() {} }
}
