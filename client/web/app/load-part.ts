import { msg } from '@lit/localize'
import { say } from '../ui/say.ts'

const isHubThere = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  )

/** Says that a part of the page did not come. */
export const tellMissing = async (host: HTMLElement): Promise<void> => {
  const reload = { label: msg('Reload'), run: () => location.reload() }
  // Names of parts change with the hub's version.
  const toast = (await isHubThere())
    ? {
        text: msg('This could not be loaded. The hub may have been updated: reload the page.'),
        actions: [reload],
      }
    : { text: msg('This could not be loaded. Try again when the connection is back.') }
  say(host, { ...toast, tone: 'error' })
}

/** Waits for a part of the page that somebody asked for; says so where it does not come, and answers null. */
export const loadPart = async <Part>(host: HTMLElement, part: Promise<Part>): Promise<Part | null> => {
  try {
    return await part
  } catch {
    await tellMissing(host)
    return null
  }
}
