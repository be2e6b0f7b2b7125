/** How long recordings are kept: PCI DSS 10.5.1, docs/recording.md, "Retention". Pure. */
import type { Header } from './header.ts';

/** PCI DSS 10.5.1: a year, and three months at hand. No configuration goes below. */
export const RETAIN_DAYS_MIN = 365;
export const HOT_DAYS_MIN = 92;
/** For ever. */
export const FOREVER = -1;
const DAY_US = 86_400_000_000;

/** How long, in days; -1 for ever. */
export interface Retention {
  readonly retainDays: number;
  /** Days in which recordings stay on the gateway's own disk. */
  readonly hotDays: number;
  /** Days after which `purge --due` removes them; never before `retainDays`. */
  readonly deleteAfterDays: number;
}

export const defaultRetention: Retention = {
  retainDays: 400,
  hotDays: HOT_DAYS_MIN,
  deleteAfterDays: FOREVER,
};

/** What the rules say about one recording at a time. */
export interface Keeping {
  readonly ageDays: number;
  /** The longer of what its header and the rules of today say. */
  readonly retainDays: number;
  readonly mayGo: boolean;
  readonly isDue: boolean;
  readonly isHot: boolean;
}

/** `header.map.retain_days` is what was promised when it was recorded: it can be prolonged, not cut. */
export function keepingOf(header: Header, retention: Retention, nowUs: number): Keeping {
  const ageDays = Math.floor((nowUs - header.wallUs) / DAY_US);
  const promised = header.map['retain_days'];
  const retainDays = longer(
    RETAIN_DAYS_MIN,
    longer(retention.retainDays, typeof promised === 'number' ? promised : 0),
  );
  const mayGo = retainDays !== FOREVER && ageDays >= retainDays;
  const { deleteAfterDays } = retention;
  const isDue = mayGo && deleteAfterDays !== FOREVER && ageDays >= deleteAfterDays;
  return { ageDays, retainDays, mayGo, isDue, isHot: ageDays < retention.hotDays };
}

function longer(one: number, other: number): number {
  return one === FOREVER || other === FOREVER ? FOREVER : Math.max(one, other);
}
