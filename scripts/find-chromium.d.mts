export const findChromium: () => Promise<string | null>
export const findProgram: (name: string) => string | null
export const findNginx: () => string | null
