/** Files can be dragged here: not with fingers alone. */
export const canDrop = (): boolean => matchMedia('(any-pointer: fine)').matches

/** The browser does not tell whether there is one; where fingers are what people point with, there mostly is none. */
export const hasKeyboard = (): boolean => !matchMedia('(pointer: coarse)').matches
