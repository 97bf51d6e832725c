/** In localStorage while direct sends are remembered in this browser. */
export const sendsKey = 'wherry:sends'

export const hasRememberedSends = (): boolean => {
  try {
    return localStorage.getItem(sendsKey) !== null
  } catch {
    return false
  }
}
