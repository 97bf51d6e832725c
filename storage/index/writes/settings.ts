import type { Write } from '../tx.ts'

export const setSetting: Write<{ key: string; value: string | null }, null> = async (
  { db },
  { key, value },
) => {
  if (value === null) await db.deleteFrom('settings').where('key', '=', key).execute()
  else await db.replaceInto('settings').values({ key, value }).execute()
  return null
}

export const setSettingIfAbsent: Write<{ key: string; value: string }, string> = async ({ db }, setting) => {
  await db
    .insertInto('settings')
    .values(setting)
    .onConflict(conflict => conflict.doNothing())
    .execute()
  const { value } = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', setting.key)
    .executeTakeFirstOrThrow()
  return value
}
