import { testFaults } from './fault-run.ts'

/** Where the index cannot be written, what was told to be safe is safe, and the rest can be done again. */
testFaults([
  { call: 'pwrite64', error: 'EIO', when: '1', of: 'the WAL', outcome: 'readOnly' },
  { call: 'pwrite64', error: 'EIO', when: '30', of: 'the WAL', outcome: 'readOnly' },
  { call: 'pwrite64', error: 'ENOSPC', when: '2', of: 'the WAL', outcome: 'goesOn' },
  { call: 'pwrite64', error: 'ENOSPC', when: '30', of: 'the WAL', outcome: 'goesOn' },
  { call: 'pwrite64', error: 'ENOSPC', when: '40+', of: 'the WAL', outcome: 'goesOn' },
  { call: 'pwrite64', error: 'EIO', when: '1', of: 'the index', outcome: 'readOnly' },
  { call: 'fsync', error: 'EIO', when: '1', of: 'the index', outcome: 'readOnly' },
])
