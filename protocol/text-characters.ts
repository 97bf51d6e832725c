const ofTexts = new Set([...'\t\n\f\r\x1b'].map(character => character.charCodeAt(0)))

/** By its code, no character of a text, but common in everything else. */
export const isForeignToTexts = (code: number): boolean => code < 0x20 && !ofTexts.has(code)
