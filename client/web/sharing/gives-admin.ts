import type { Grant } from '../../../protocol/values.ts'

/** True if the grant lets the user change who has access. */
export const givesAdmin = ({ level, subject }: Grant, user: string | undefined): boolean =>
  level === 'admin' && (subject.kind === 'everyone' || subject.user.id === user)
