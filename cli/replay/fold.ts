/** Puts the statements of a transaction into one item. */
import type { StatementItem, TimelineItem } from './timeline.ts';

const BEGINS = /^(?:BEGIN|START TRANSACTION)$/i;
const ENDS = /^(?:COMMIT|ROLLBACK)$/i;
const MEMBERS_MAX = 10_000;

/** Takes items in order; gives those to show. */
export class Fold {
  #members: StatementItem[] = [];
  #others: TimelineItem[] = [];

  take(item: TimelineItem): TimelineItem[] {
    if (item.kind !== 'statement') {
      if (this.#members.length === 0) return [item];
      this.#others.push(item);
      return [];
    }
    if (this.#members.length === 0 && !BEGINS.test(item.tag)) return [item];
    this.#members.push(item);
    return ENDS.test(item.tag) || this.#members.length >= MEMBERS_MAX ? this.end(true) : [];
  }

  /** What is left; as one item where the transaction has ended. */
  end(isWhole = false): TimelineItem[] {
    const items = isWhole ? [folded(this.#members), ...this.#others] : [...this.#members, ...this.#others];
    this.#members = [];
    this.#others = [];
    return items;
  }
}

function folded(members: readonly StatementItem[]): StatementItem {
  const [first, last] = [members[0]!, members.at(-1)!];
  const failed = members.find((member) => member.sqlstate !== '');
  return {
    ...first,
    op: `${members.length} in tx`,
    text: members.map((member) => member.text.replace(/[;\s]+$/, '')).join('; '),
    columns: [],
    rows: [],
    rowsRecorded: 0,
    rowCount: members.reduce((sum, member) => sum + member.rowCount, 0),
    masks: members.flatMap((member) => member.masks),
    tookUs: last.atUs + (last.tookUs ?? 0) - first.atUs,
    tag: last.tag,
    sqlstate: failed?.sqlstate ?? '',
    message: failed?.message ?? '',
    fingerprint: '',
  };
}
