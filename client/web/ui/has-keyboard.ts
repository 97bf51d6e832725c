/** The browser does not tell whether there is one; where fingers are what people point with, there mostly is none. */
export const hasKeyboard = (): boolean => !matchMedia('(pointer: coarse)').matches
