/** All items of a list that comes by pages, in its order. `read` asks for the page behind a cursor, null for the first one. */
export const allPages = async <Item, Cursor>(
  read: (after: Cursor | null) => Promise<{ items: readonly Item[]; next: Cursor | null }>,
): Promise<Item[]> => {
  const all: Item[] = []
  let after: Cursor | null = null
  do {
    const page = await read(after)
    for (const item of page.items) all.push(item)
    after = page.next
  } while (after !== null)
  return all
}
