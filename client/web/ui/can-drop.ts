/** Files can be dragged here: not with fingers alone. */
export const canDrop = (): boolean => matchMedia('(any-pointer: fine)').matches
