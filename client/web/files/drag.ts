import type { Entry } from '../../../protocol/values.ts'

/** Entries being dragged, as ids; other pages and programs cannot read it. */
const dragType = 'application/x-wherry-entries'

export type DropTarget = { id: string; name: string }

export type Drop = { entries: string[]; target: DropTarget; copy: boolean }

declare global {
  interface HTMLElementEventMap {
    /** Entries were dropped on a folder, a crumb or a space: move them there, or copy with Ctrl. */
    'wherry-drop': CustomEvent<Drop>
  }
}

export const startDrag = (event: DragEvent, entries: readonly Entry[]): void => {
  if (!event.dataTransfer) return
  event.dataTransfer.effectAllowed = 'copyMove'
  event.dataTransfer.setData(dragType, JSON.stringify(entries.map(entry => entry.id)))
  event.dataTransfer.setData('text/plain', entries.map(entry => entry.name).join('\n'))
}

export const isDraggingEntries = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes(dragType) ?? false

/** Turns a drop of entries into a `wherry-drop`; drops of anything else are left alone. */
export const draggedEntries = (event: DragEvent, target: DropTarget, host: HTMLElement): void => {
  const data = event.dataTransfer?.getData(dragType)
  if (!data) return
  event.preventDefault()
  event.stopPropagation()
  const detail = { entries: JSON.parse(data) as string[], target, copy: event.ctrlKey || event.altKey }
  host.dispatchEvent(new CustomEvent('wherry-drop', { detail, bubbles: true, composed: true }))
}
