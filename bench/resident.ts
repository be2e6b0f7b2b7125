/** Memory of a process, as the system counts it. */
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MS = 20;

/** How far resident memory rises above where it was, at its highest while `work` runs; MiB. */
export async function peakGrowth(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = residentKiB(pid);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentKiB(pid));
  }, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return (peak - before) / 1024;
}

/** Resident memory of a process and all its children, in KiB. */
export function residentKiB(pid: number): number {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = Number(statusOf(name, 'PPid'));
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (let i = 0; i < tree.length; i++) tree.push(...(parents.get(tree[i]!) ?? []));
  return tree.reduce((sum, each) => sum + Number(statusOf(String(each), 'VmRSS')), 0);
}

function statusOf(pid: string, field: string): string {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`${field}:`));
    return line?.split(/\s+/)[1] ?? '0';
  } catch {
    return '0';
  }
}
