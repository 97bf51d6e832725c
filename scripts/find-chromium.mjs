import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const isProgram = path => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path of the Chromium for the tests: `WHERRY_CHROMIUM`, else one on the PATH, else the one Playwright downloaded, else null. */
export const findChromium = async () => {
  const named = process.env.WHERRY_CHROMIUM
  if (named) return isProgram(named) ? named : null
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  const installed = folders.flatMap(folder => names.map(name => join(folder, name))).find(isProgram)
  if (installed) return installed
  try {
    const { chromium } = await import('playwright-core')
    return isProgram(chromium.executablePath()) ? chromium.executablePath() : null
  } catch {
    return null
  }
}

/** Path of a program on the PATH or among those for administrators, or null. */
export const findProgram = name =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
    .map(folder => join(folder, name))
    .find(isProgram) ?? null

/** Path of nginx, or null. */
export const findNginx = () => findProgram('nginx')
