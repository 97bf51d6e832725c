import { testFaults } from './fault-run.ts'

/** Where segments cannot be written, or files not made or removed, what was told to be safe is safe, and the rest can be done again. */
testFaults([
  { call: 'pwrite64', error: 'EIO', when: '1', of: 'segments', outcome: 'readOnly' },
  { call: 'pwrite64', error: 'EIO', when: '2', of: 'segments', outcome: 'readOnly' },
  { call: 'pwrite64', error: 'ENOSPC', when: '1', of: 'segments', outcome: 'goesOn' },
  { call: 'pwrite64', error: 'ENOSPC', when: '2', of: 'segments', outcome: 'goesOn' },
  { call: 'pwrite64', error: 'ENOSPC', when: '2+', of: 'segments', outcome: 'goesOn' },
  { call: 'openat', error: 'EIO', when: '1', of: 'segments', outcome: 'readOnly' },
  { call: 'openat', error: 'ENOSPC', when: '1', of: 'segments', outcome: 'goesOn' },
  { call: 'openat', error: 'EMFILE', when: '1', of: 'segments', outcome: 'goesOn' },
  { call: 'openat', error: 'EMFILE', when: '1+', of: 'the clean point', outcome: 'goesOn' },
  { call: 'unlink', error: 'EIO', when: '1+', of: 'the marks of a run', outcome: 'goesOn' },
])
