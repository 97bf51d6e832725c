/**
 * Hands over what came in one turn of the event loop in groups of at most `most`: what one commit made durable comes in one
 * turn.
 */
export const together = <T>(most: number, handOver: (group: T[]) => void): ((item: T) => void) => {
  let came: T[] = []
  const handOverAll = () => {
    const all = came
    came = []
    for (let at = 0; at < all.length; at += most) handOver(all.slice(at, at + most))
  }
  return item => {
    came.push(item)
    if (came.length === 1) setImmediate(handOverAll)
  }
}
