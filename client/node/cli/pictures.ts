import { WherryError } from '../../../protocol/errors.ts'
import type { Stop } from '../../core/api.ts'
import type { Comparison, PeerTransfer, Role } from '../../core/peer/api.ts'
import { type Asker, nobodyAnswers } from './ask.ts'
import type { Output } from './output.ts'

const lines = ({ emoji, trust }: Comparison, role: Role): string[] => [
  ...(trust === 'unproven'
    ? [
        'Caution: this is not a device of theirs that you trust. It may be a new one, or somebody in the middle.',
      ]
    : []),
  role === 'sender'
    ? 'Ask them which pictures they see, by voice or face to face. Here they are:'
    : 'Tell the sender which pictures you see, by voice or face to face:',
  `  ${emoji.map(({ picture, name }) => `${picture} ${name}`).join('   ')}`,
]

/** Shows the pictures to compare, as soon as there are any; until it is stopped. */
export const showPictures = (transfer: PeerTransfer, role: Role, output: Output): Stop => {
  let isShown = false
  const look = () => {
    const { comparison } = transfer.status
    if (!comparison || isShown) return
    isShown = true
    if (comparison.trust === 'proven') output.note('This is a device that you trust.')
    else if (!comparison.isDone) for (const line of lines(comparison, role)) output.note(line)
    if (output.json) output.event({ comparison }, '')
  }
  const stop = transfer.onChange(look)
  look()
  return stop
}

const whenComparing = (transfer: PeerTransfer): Promise<boolean> =>
  new Promise(resolve => {
    const look = () => {
      const { comparison } = transfer.status
      if (comparison) end(!comparison.isDone)
    }
    const end = (isSo: boolean) => {
      stop()
      resolve(isSo)
    }
    const stop = transfer.onChange(look)
    transfer.finished.then(() => end(false)).catch(() => end(false))
    look()
  })

type Asking = { transfer: PeerTransfer; asker: Asker; output: Output; trust: boolean }

/** Asks the sender whether both see the same; resolves with why it was ended, if it was. Nothing is asked for a code. */
export const askToCompare = async ({ transfer, asker, output, trust }: Asking): Promise<Error | null> => {
  const stop = showPictures(transfer, 'sender', output)
  try {
    if (!(await whenComparing(transfer))) return null
    const typed = await asker.ask('Do they see the same four? [y/N] ')
    if (transfer.status.phase !== 'comparing') return null
    if (/^y(es)?$/i.test(typed?.trim() ?? '')) {
      transfer.accept({ trust })
      return null
    }
    transfer.decline()
    return typed === null
      ? nobodyAnswers(true)
      : new WherryError('not_authentic', 'The pictures were not the same, so nothing was sent.')
  } finally {
    stop()
  }
}
