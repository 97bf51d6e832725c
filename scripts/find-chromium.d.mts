export const findChromium: () => Promise<string | null>
export const findNginx: () => string | null
