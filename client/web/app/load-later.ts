type Load = () => Promise<unknown>

const retryMs = 2000
const underWay = new Set<Load>()

/** Loads a part that the page is shown without: again and again while the hub cannot be reached. */
export const loadLater = async (load: Load): Promise<void> => {
  if (underWay.has(load)) return
  underWay.add(load)
  while (underWay.has(load)) {
    try {
      await load()
      underWay.delete(load)
    } catch {
      await new Promise(resolve => setTimeout(resolve, retryMs))
    }
  }
}
