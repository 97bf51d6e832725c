import { testFaults } from './fault-run.ts'

/** Where a sync fails, what was told to be safe is safe, and nothing is told to be safe from then on. */
const outcome = 'readOnly'
testFaults([
  { call: 'fdatasync', error: 'EIO', when: '1', outcome },
  { call: 'fdatasync', error: 'EIO', when: '2', outcome },
  { call: 'fdatasync', error: 'EIO', when: '2+', outcome },
  { call: 'fdatasync', error: 'ENOSPC', when: '1', outcome },
  { call: 'fsync', error: 'EIO', when: '1', outcome },
  { call: 'fsync', error: 'EIO', when: '3', outcome },
  { call: 'fsync', error: 'EIO', when: '6', outcome },
  { call: 'fsync', error: 'EIO', when: '4+', outcome },
  { call: 'fsync', error: 'ENOSPC', when: '5', outcome },
  { call: 'fsync', error: 'EIO', when: '1', of: 'the directory of segments', outcome },
  { call: 'fsync', error: 'ENOSPC', when: '1', of: 'the directory of segments', outcome },
  { call: 'fsync', error: 'EIO', when: '1', of: 'the clean point', outcome },
  { call: 'fsync', error: 'EIO', when: '1+', of: 'the clean point', outcome },
])
