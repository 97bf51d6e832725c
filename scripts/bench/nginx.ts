import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../test/support/hub-process.ts'
import { findNginx } from '../find-chromium.mjs'
import type { BenchContext } from './row.ts'

/** Serves the row's directory by nginx with sendfile while `work` runs. */
export const withNginx = async <T>(
  { directory, defer }: BenchContext,
  work: (url: string) => Promise<T>,
): Promise<T> => {
  const program = findNginx()
  if (!program) throw new Error('nginx is not installed')
  const port = await freePort()
  const configuration = join(directory, 'nginx.conf')
  await writeFile(
    configuration,
    `daemon off; master_process off; user root; pid ${directory}/nginx.pid; error_log stderr crit;
     events {} http { access_log off; sendfile on;
       server { listen 127.0.0.1:${port}; root ${directory}; } }`,
  )
  const child = spawn(program, ['-e', 'stderr', '-c', configuration], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  defer(stop)
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(url).catch(() => null))) {
    if (child.exitCode !== null) throw new Error('nginx did not start')
  }
  try {
    return await work(url)
  } finally {
    await stop()
  }
}
