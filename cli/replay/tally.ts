/** What was asked in a session, counted: statements, requests, typed lines. */

import { ExchangeLog } from './exchange.ts';
import { fingerprintOf, shapeOf } from './fingerprint.ts';
import type { Checked } from './reading.ts';
import { safeLine } from './safe-text.ts';
import { Timeline } from './timeline.ts';

/** One thing that was asked, and how often. */
export interface Tally {
  readonly text: string;
  count: number;
  rows: number;
  errors: number;
}

const LINE_CHARACTERS_MAX = 4096;

/** By fingerprint, in the order in which each was first asked. */
export async function tallyOf({ recording, onDamage }: Checked): Promise<Map<string, Tally>> {
  const tallies = new Map<string, Tally>();
  const timeline = new Timeline(0);
  const log = new ExchangeLog();
  let typed = '';
  for await (const record of recording.records({ depth: 'quick', ...(onDamage ? { onDamage } : {}) })) {
    const { type, data } = record;
    const exchange = log.take(record);
    if (exchange !== null) {
      const text = `${exchange.method} ${exchange.url.split('?')[0]}`;
      add(tallies, text, text, 0, (exchange.response?.status ?? 0) >= 400);
    }
    if (type === 'tty.i' && data['d'] instanceof Uint8Array) {
      typed = (typed + Buffer.from(data['d']).toString('utf8')).slice(-LINE_CHARACTERS_MAX);
      const lines = typed.split('\r');
      typed = lines.pop()!;
      for (const line of lines) if (line.trim() !== '') add(tallies, line, line, 0, false);
    }
    const item = type.startsWith('sql.') ? timeline.take(record) : null;
    if (item?.kind === 'statement' && item.text !== '')
      add(
        tallies,
        item.fingerprint || fingerprintOf(item.text),
        shapeOf(item.text),
        item.rowCount,
        item.sqlstate !== '',
      );
  }
  return tallies;
}

function add(tallies: Map<string, Tally>, key: string, text: string, rows: number, failed: boolean): void {
  const tally = tallies.get(key) ?? { text: safeLine(text), count: 0, rows: 0, errors: 0 };
  tally.count++;
  tally.rows += rows;
  tally.errors += failed ? 1 : 0;
  tallies.set(key, tally);
}
