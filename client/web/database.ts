import { type DBSchema, type IDBPDatabase, openDB, type StoreNames, type StoreValue } from 'idb'

/** A database of this browser, opened when it is first asked for, and again after that failed; `create` makes its stores. */
export const database = <S extends DBSchema>(
  name: string,
  create: (database: IDBPDatabase<S>) => void,
): (() => Promise<IDBPDatabase<S>>) => {
  let opened: Promise<IDBPDatabase<S>> | null = null
  const forget = () => {
    opened = null
  }
  return () => {
    opened ??= openDB<S>(name, 1, { upgrade: create, terminated: forget }).catch(error => {
      forget()
      throw error
    })
    return opened
  }
}

/** Commits what was asked for at once: a page that is left in the next moment would take it back otherwise. */
export const commitAtOnce = async (
  transaction: { commit(): void; done: Promise<void> },
  writes: readonly Promise<unknown>[],
): Promise<void> => {
  transaction.commit()
  await Promise.all([...writes, transaction.done])
}

/** Puts one value, and commits at once. */
export const putAtOnce = async <S extends DBSchema, N extends StoreNames<S>>(
  database: IDBPDatabase<S>,
  name: N,
  value: StoreValue<S, N>,
): Promise<void> => {
  const transaction = database.transaction(name, 'readwrite')
  await commitAtOnce(transaction, [transaction.store.put(value)])
}

/** Without storage (some private windows) nothing is remembered, and all else works. */
export const ifStored = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await work()
  } catch {
    return otherwise
  }
}
