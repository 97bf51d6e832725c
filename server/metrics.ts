import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from './context.ts'

export type HubMetrics = Metrics & {
  /** All metrics in Prometheus' text form. */
  text(): Promise<string>
  readonly contentType: string
}

/** Metrics of one hub, in a registry of their own. */
export const createMetrics = (gauges: {
  connections(): number
  allocatedBytes(): number
  rooms(): number
  relayWindowBytes(): number
  isReady(): boolean
  freeBytes(): number
  damagedChunks(): Promise<number>
}): HubMetrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read())
      },
    })
  const calls = new Histogram({
    name: 'wherry_call_seconds',
    help: 'Time to answer calls, by name and outcome.',
    labelNames: ['call', 'outcome'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const received = new Counter({
    name: 'wherry_received_bytes_total',
    help: 'Bytes of messages received on sockets.',
    registers,
  })
  const sent = new Counter({
    name: 'wherry_sent_bytes_total',
    help: 'Bytes of messages sent on sockets.',
    registers,
  })
  gauge('wherry_connections', 'Open sockets.', gauges.connections)
  gauge('wherry_chunk_buffer_bytes', 'Memory that chunks in transit take.', gauges.allocatedBytes)
  const relayed = new Counter({
    name: 'wherry_relayed_bytes_total',
    help: 'Bytes relayed between the two sides of direct sends, with their headers.',
    registers,
  })
  gauge('wherry_rooms', 'Open rooms of direct sends.', gauges.rooms)
  gauge(
    'wherry_relay_window_bytes',
    'Bytes that may be on their way through relays.',
    gauges.relayWindowBytes,
  )
  gauge('wherry_ready', '1 while /readyz answers 200, else 0.', () => (gauges.isReady() ? 1 : 0))
  gauge('wherry_free_bytes', 'Free on the disk of the stored chunks.', gauges.freeBytes)
  gauge('wherry_damaged_chunks', 'Stored chunks that are known to be damaged.', gauges.damagedChunks)
  return {
    callEnded: (call, seconds, outcome) => calls.observe({ call, outcome }, seconds),
    received: bytes => received.inc(bytes),
    sent: bytes => sent.inc(bytes),
    relayed: bytes => relayed.inc(bytes),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
