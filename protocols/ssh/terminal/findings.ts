/** What was found in a terminal's output, and hidden as far as it was not sent yet. */
export interface TerminalFinding {
  readonly kind: string;
  readonly count: number;
  /** Of them, those of which something that is to be hidden was on the screen before they were known. */
  readonly lateCount: number;
}

/** Findings by kind, since they were asked for last. */
export class Findings {
  #counts = new Map<string, { count: number; lateCount: number }>();

  add(kind: string, isLate: boolean): void {
    const counts = this.#counts.get(kind) ?? { count: 0, lateCount: 0 };
    counts.count++;
    if (isLate) counts.lateCount++;
    this.#counts.set(kind, counts);
  }

  take(): readonly TerminalFinding[] {
    if (this.#counts.size === 0) return NONE;
    const taken = [...this.#counts].map(([kind, counts]) => ({ kind, ...counts }));
    this.#counts.clear();
    return taken;
  }
}

const NONE: readonly TerminalFinding[] = [];
