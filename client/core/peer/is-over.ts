import type { TransferStatus } from './api.ts'

/** Nothing of it moves any more, and nothing will. */
export const isOver = ({ phase }: Pick<TransferStatus, 'phase'>): boolean =>
  phase === 'done' || phase === 'failed' || phase === 'cancelled'
