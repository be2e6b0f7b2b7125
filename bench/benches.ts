/** The registry of benches. Those with real servers need the source tree and its test harness. */
import type { Bench } from './bench.ts';

/** By name, loaded when asked for. */
export const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  scanner: () => import('./scanner.bench.ts'),
  redact: () => import('./redact.bench.ts'),
  latency: () => import('./latency.bench.ts'),
  bulk: () => import('./postgres/bulk.bench.ts'),
  pgbench: () => import('./postgres/pgbench.bench.ts'),
  ssh: () => import('./ssh/ssh.bench.ts'),
  memory: () => import('./postgres/memory.bench.ts'),
  recorder: () => import('./recorder/recorder.bench.ts'),
};
