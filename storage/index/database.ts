import BetterSqlite from 'better-sqlite3'

const MiB = 1024 * 1024

/** What every connection runs with, and what SQLite has to answer when asked for it. */
export const pragmas = {
  journal_mode: 'wal',
  synchronous: 2,
  foreign_keys: 1,
  busy_timeout: 5000,
  trusted_schema: 0,
  cell_size_check: 1,
  mmap_size: 0,
  temp_store: 2,
  journal_size_limit: 64 * MiB,
  /** In KiB when negative. Each connection fills it in time: it is what the hub's memory grows by. */
  cache_size: -32 * 1024,
  /** Pages of 4 KiB: 64 MiB of WAL. The writer checkpoints earlier when it is idle. */
  wal_autocheckpoint: 16_384,
} as const

/** Versions from 3.7.0 to 3.51.2 can corrupt a database when the WAL is reset. */
const oldestVersion = [3, 51, 3] as const

/** Opens the index with its pragmas set and read back. Throws a sentence if the library or a pragma is not as it has to be. */
export const openDatabase = (file: string, options: { readonly: boolean }): BetterSqlite.Database => {
  const database = new BetterSqlite(file, options)
  try {
    assertVersion(database)
    for (const [pragma, value] of Object.entries(pragmas)) {
      if (!(options.readonly && pragma === 'journal_mode')) database.pragma(`${pragma} = ${value}`)
      const actual = database.pragma(pragma, { simple: true })
      if (actual !== value) throw new Error(`SQLite answers ${pragma} = ${actual} instead of ${value}.`)
    }
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

const assertVersion = (database: BetterSqlite.Database): void => {
  const version = String(database.prepare('select sqlite_version()').pluck().get())
  const parts = version.split('.').map(Number)
  for (const [place, oldest] of oldestVersion.entries()) {
    const part = parts[place] ?? 0
    if (part > oldest) return
    if (part < oldest)
      throw new Error(`SQLite ${version} has a bug that can corrupt the index: 3.51.3 or newer is needed.`)
  }
}
