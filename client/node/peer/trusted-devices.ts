import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as v from 'valibot'
import { withDevice } from '../../core/peer/trusted-people.ts'
import type { Output } from '../cli/output.ts'
import { configDirectory } from '../current-hub.ts'
import { whyOf } from '../why-of.ts'
import { openKept, readKept } from './kept-file.ts'

const schema = v.object({ secrets: v.array(v.string()) })

/** The devices of a person that one account of a hub trusts, the latest first: secrets, in a file of mode 0600. */
export const trustedDevices = (hub: string, account: string | undefined, person: string) => {
  const name = createHash('sha256')
    .update(JSON.stringify([hub, account, person]))
    .digest('hex')
  const path = join(configDirectory(), 'trusted', `${name}.json`)
  return {
    list: async (): Promise<string[]> => (await readKept(path, schema))?.secrets ?? [],
    async add(secret: string): Promise<void> {
      for (;;) {
        const kept = await openKept(path, schema)
        if (kept) {
          const secrets = withDevice(kept.value?.secrets ?? [], secret)
          await kept.write({ secrets }).finally(() => kept.release())
          return
        }
        // Another process writes it at this moment.
        await setTimeout(50)
      }
    },
  }
}

/** Trusts a device from now on. The transfer goes on where it cannot be kept: pictures are compared again the next time. */
export const trustDevice = async (
  devices: ReturnType<typeof trustedDevices>,
  secret: string,
  output: Output,
): Promise<void> => {
  try {
    await devices.add(secret)
  } catch (error) {
    output.problem(`their device could not be noted as trusted: ${whyOf(error)}`)
  }
}
