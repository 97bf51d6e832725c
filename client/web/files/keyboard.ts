import { commandFor } from './commands.ts'
import type { EntryList } from './entry-list.ts'
import type { FileCommands } from './file-commands.ts'
import { isGhost, type Row, rowId } from './rows.ts'
import { extendTo, indexOf, type Selection, selectOnly, toggle } from './selection.ts'

/** The row that an arrow, Home, End or page key goes to, or null for other keys. */
const targetIndex = (
  event: KeyboardEvent,
  current: number,
  { count, columns, pageRows, isRtl }: { count: number; columns: number; pageRows: number; isRtl: boolean },
): number | null => {
  if (count === 0) return null
  const sideways = columns > 1 ? (isRtl ? -1 : 1) : 0
  const steps: Record<string, number> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ArrowRight: sideways,
    ArrowLeft: -sideways,
    PageDown: pageRows * columns,
    PageUp: -pageRows * columns,
    Home: -count,
    End: count,
  }
  const step = steps[event.key]
  if (!step) return null
  if (current === -1) return event.key === 'End' ? count - 1 : 0
  return Math.max(0, Math.min(count - 1, current + step))
}

const pauseMs = 800

/** Type to select: letters typed in quick succession find the next name that begins with them. */
export class TypeAhead {
  #typed = ''
  #at = 0

  /** The id of the row that was typed so far, or null. */
  find(event: KeyboardEvent, rows: readonly Row[], selection: Selection): string | null {
    if (event.timeStamp - this.#at > pauseMs) this.#typed = ''
    if (!isSign(event) || (event.key === ' ' && this.#typed === '')) return null
    this.#at = event.timeStamp
    this.#typed += event.key.toLowerCase()
    const isOneLetter = new Set(this.#typed).size === 1
    const wanted = isOneLetter ? this.#typed.slice(0, 1) : this.#typed
    const start = Math.max(0, indexOf(rows, selection.cursor)) + (isOneLetter ? 1 : 0)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[(start + i) % rows.length]
      if (row?.name.toLowerCase().startsWith(wanted)) return rowId(row)
    }
    return null
  }

  get isTyping(): boolean {
    return this.#typed !== '' && performance.now() - this.#at < pauseMs
  }
}

/** What the keys need of the folder page. */
type KeyTarget = HTMLElement & {
  readonly rows: readonly Row[]
  readonly selection: Selection
  readonly list: EntryList | null
  /** Keys belong to a dialog while there is one. */
  readonly hasDialog: boolean
  setSelection(selection: Selection): void
}

/** Keys of the list: movement with Shift and Ctrl, type to select, then the commands of commands.ts. */
export const handleKey = (
  event: KeyboardEvent,
  page: KeyTarget,
  fileCommands: FileCommands,
  typeAhead: TypeAhead,
  openMenu: () => void,
): void => {
  const target = event.composedPath()[0]
  const isField = target instanceof HTMLInputElement && target.type !== 'checkbox'
  if (isField || event.defaultPrevented || page.hasDialog || inDialog(event)) return
  const isFree = target === document.body
  const isHere = isFree || event.composedPath().includes(page)
  const onList = page.list !== null && (isFree || event.composedPath().includes(page.list))
  if (onList && (moveCursor(event, page) || typed(event, page, typeAhead))) {
    event.preventDefault()
    // So that a screen reader follows the cursor.
    if (isFree) page.list?.focus()
    return
  }
  if (isHere && ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu')) {
    event.preventDefault()
    openMenu()
    return
  }
  const name = commandFor(event)
  const isButton = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement
  // Those who speak to their machine press signs without meaning to (WCAG 2.1.4).
  const isOfButton = isButton && (event.key === 'Enter' || isSign(event))
  // The focus comes back to where a dialog was opened from, such as the button New of the side bar.
  const isEverywhere = name === 'search' || name === 'help' || name === 'newFolder'
  if (name === null || isOfButton || !(isHere || isEverywhere)) return
  const isPossible = fileCommands.can(name)
  // Escape also closes dialogs that have lost the focus.
  if (isPossible && event.key !== 'Escape') event.preventDefault()
  if (isPossible) fileCommands.run(name)
  else fileCommands.refuse(name)
}

const isSign = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  key.length === 1 && !ctrlKey && !metaKey && !altKey

const inDialog = (event: Event) => event.composedPath().some(node => node instanceof HTMLDialogElement)

const moveCursor = (event: KeyboardEvent, page: KeyTarget): boolean => {
  const { rows, selection, list } = page
  if (!list || event.altKey) return false
  const current = indexOf(rows, selection.cursor)
  const control = event.ctrlKey || event.metaKey
  const cursor = rows[current]
  if (event.key === ' ' && control && cursor) {
    page.setSelection(toggle(selection, rowId(cursor)))
    return true
  }
  const isRtl = getComputedStyle(list).direction === 'rtl'
  const { columns } = list.shape
  const index = targetIndex(event, current, { count: rows.length, columns, pageRows: list.pageRows, isRtl })
  const row = index === null ? undefined : rows[index]
  if (index === null || !row) return false
  if (event.shiftKey) page.setSelection(extendTo(selection, rows, index))
  else if (control || isGhost(row)) page.setSelection({ ...selection, cursor: rowId(row) })
  else page.setSelection(selectOnly(rowId(row)))
  return true
}

const typed = (event: KeyboardEvent, page: KeyTarget, typeAhead: TypeAhead): boolean => {
  const isCommand = commandFor(event) !== null && !(typeAhead.isTyping && event.key === ' ')
  if (isCommand) return false
  const id = typeAhead.find(event, page.rows, page.selection)
  if (id !== null) page.setSelection(selectOnly(id))
  return id !== null
}
