/** Two recordings of one session, record by record. */
import type { RecordRead } from '../../recorder/index.ts';
import type { Checked } from './reading.ts';
import { safeJson } from './safe-text.ts';

/** A record that is not the same in both. */
export interface RecordDifference {
  readonly seq: number;
  readonly type: string;
  readonly what: 'changed' | 'only in the first' | 'only in the second' | 'redacted';
}

/** In order of their numbers; seeds are not looked at. */
export async function* differingRecords(one: Checked, other: Checked): AsyncGenerator<RecordDifference> {
  const [left, right] = [recordsOf(one), recordsOf(other)];
  let [a, b] = [await next(left), await next(right)];
  while (a !== null || b !== null) {
    if (b === null || (a !== null && a.seq < b.seq)) {
      yield { seq: a!.seq, type: a!.type, what: 'only in the first' };
      a = await next(left);
    } else if (a === null || b.seq < a.seq) {
      yield { seq: b.seq, type: b.type, what: 'only in the second' };
      b = await next(right);
    } else {
      const what = compared(a, b);
      if (what !== null) yield { seq: a.seq, type: a.type, what };
      [a, b] = [await next(left), await next(right)];
    }
  }
}

function compared(a: RecordRead, b: RecordRead): RecordDifference['what'] | null {
  if (a.type === 'seed' || b.type === 'seed') return null;
  if (a.type !== b.type || safeJson(a.data) !== safeJson(b.data))
    return a.data['redacted'] === true || b.data['redacted'] === true ? 'redacted' : 'changed';
  return null;
}

function recordsOf({ recording, onDamage }: Checked): AsyncIterator<RecordRead> {
  return recording.records({ depth: 'quick', ...(onDamage ? { onDamage } : {}) });
}

async function next(records: AsyncIterator<RecordRead>): Promise<RecordRead | null> {
  const { done, value } = await records.next();
  return done ? null : (value as RecordRead);
}
