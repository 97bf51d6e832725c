/** Hands over what came in one turn of the event loop as one group: what one commit made durable comes in one turn. */
export const together = <T>(handOver: (group: T[]) => void): ((item: T) => void) => {
  let group: T[] = []
  const handOverAll = () => {
    const all = group
    group = []
    handOver(all)
  }
  return item => {
    group.push(item)
    if (group.length === 1) setImmediate(handOverAll)
  }
}
