import { expect, test } from 'vitest'
import { replaceGrant } from '../../client/core/people.ts'
import { WherryError } from '../../protocol/errors.ts'

const grant = { entry: 'e'.repeat(22), subject: { kind: 'everyone' }, level: 'read' } as const

const askHub = async (refusal: (params: object) => WherryError | null) => {
  const asked: object[] = []
  const call = async (_: string, params: object) => {
    asked.push(params)
    const error = refusal(params)
    if (error) throw error
    return {} as never
  }
  const answer = await replaceGrant({ call }, { ...grant, replaces: null }).catch(error => error)
  return { asked, answer }
}

test('a level is given without a look at the present one where an older hub knows no such question', async () => {
  const older = (params: object) => ('replaces' in params ? new WherryError('invalid_params') : null)
  expect(await askHub(older)).toEqual({ asked: [{ ...grant, replaces: null }, grant], answer: {} })
})

test('nor is it given where the present one is another', async () => {
  const conflict = new WherryError('conflict')
  expect(await askHub(() => conflict)).toEqual({ asked: [{ ...grant, replaces: null }], answer: conflict })
})
