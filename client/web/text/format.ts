import { msg, str } from '@lit/localize'

/** The person's own way to write numbers and dates, if it is of the language of the page. */
const language = () => {
  const { lang } = document.documentElement
  return navigator.language.startsWith(lang) ? navigator.language : lang
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
const unitFormats = new Map<string, Intl.NumberFormat>()

const unitFormat = (unit: string, digits: number): Intl.NumberFormat => {
  const key = `${language()} ${unit} ${digits}`
  const known = unitFormats.get(key)
  if (known) return known
  const made = new Intl.NumberFormat(language(), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits,
  })
  unitFormats.set(key, made)
  return made
}

/** Bytes in decimal units, as disks are sold: `22.1 MB`. */
export const formatBytes = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return unitFormat(units[unit] ?? 'byte', unit > 1 && value < 99.5 ? 1 : 0).format(value)
}

export const formatCount = (value: number): string => new Intl.NumberFormat(language()).format(value)

export const formatPercent = (share: number): string =>
  new Intl.NumberFormat(language(), { style: 'percent' }).format(Math.min(1, Math.max(0, share)))

/** `1 item`, `12 items`. */
export const formatItems = (count: number): string =>
  count === 1 ? msg('1 item') : msg(str`${formatCount(count)} items`)

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const dateFormats = new Map<string, Intl.DateTimeFormat>()

const dateFormat = (style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language()} ${style}`
  const made = dateFormats.get(key) ?? new Intl.DateTimeFormat(language(), options)
  dateFormats.set(key, made)
  return made
}

const startOfDay = (time: number) => new Date(time).setHours(0, 0, 0, 0)

/** A date as near as people think of it: `just now`, `4 min ago`, `Today, 09:14`, `12 Nov`, `12 Nov 2024`. */
export const formatDate = (time: number, now = Date.now()): string => {
  const age = now - time
  if (age >= 0 && age < minuteMs) return msg('just now')
  if (age >= 0 && age < 60 * minuteMs) return msg(str`${Math.floor(age / minuteMs)} min ago`)
  const clock = dateFormat('clock', { timeStyle: 'short' }).format(time)
  if (startOfDay(time) === startOfDay(now)) return msg(str`Today, ${clock}`)
  if (startOfDay(time) === startOfDay(now - dayMs)) return msg(str`Yesterday, ${clock}`)
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  if (sameYear) return dateFormat('day', { day: 'numeric', month: 'short' }).format(time)
  return dateFormat('year', { day: 'numeric', month: 'short', year: 'numeric' }).format(time)
}

/** A date in full, for details and tooltips. */
export const formatFullDate = (time: number): string =>
  dateFormat('full', { dateStyle: 'medium', timeStyle: 'short' }).format(time)
