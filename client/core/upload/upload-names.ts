import { WherryError } from '../../../protocol/errors.ts'
import { limits } from '../../../protocol/limits.ts'
import { nameProblem } from '../../../protocol/names.ts'

/** Why the hub cannot have a folder at `path`, in a sentence for people; null if it can. */
const folderProblem = (path: readonly string[]): WherryError | null => {
  const [problem] = path.flatMap(name => nameProblem(name) ?? [])
  if (!problem) return null
  return new WherryError('invalid_params', `It is in a folder whose name is not possible: ${problem}`)
}

/** The same of a file: the hub would refuse the whole call that it is in, with all the other files. */
export const pathProblem = (path: readonly string[], name: string): WherryError | null => {
  const problem = nameProblem(name)
  return problem ? new WherryError('invalid_params', problem) : folderProblem(path)
}

/** The same of its date. */
export const dateProblem = (modifiedAt: number): WherryError | null =>
  Math.abs(modifiedAt) <= limits.timeMs
    ? null
    : new WherryError('invalid_params', 'Its date is further away than the hub can note.')
