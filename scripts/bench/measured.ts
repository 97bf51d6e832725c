/** What a piece of work in this process took. */
export type Measured = { seconds: number; cpuSeconds: number }

export const measured = async (work: () => Promise<unknown>): Promise<Measured> => {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}
