/** Ways to change a recording, each tried on the whole of it; what passed for valid is told by name. */
import type { Verification } from '../../recorder/verification.ts';
import { joined, type Part, partsOf } from './frames.ts';
import { isValid, type Kind, verifyAs } from './kinds.ts';

/** What came of many changes. */
export interface Tried {
  readonly tried: number;
  /** Those that a verifier took for valid, or told wrongly; empty if all is well. */
  readonly passed: readonly string[];
}

const DEPTHS = ['full', 'quick'] as const;

class Trial {
  readonly #kind: Kind;
  tried = 0;
  readonly passed: string[] = [];

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  /** In both depths; what `full` says. */
  async change(content: Uint8Array, what: string): Promise<Verification> {
    this.tried++;
    const [full] = await Promise.all(
      DEPTHS.map(async (depth) => {
        const report = await verifyAs(this.#kind, content, { depth });
        if (isValid(report)) this.fail(`${what}, ${depth}: ${report.status}`);
        return report;
      }),
    );
    return full!;
  }

  fail(what: string): void {
    this.passed.push(`${this.#kind.name}: ${what}`);
  }
}

/** Every `step`th bit flipped, from the `first` on: each by itself. */
export async function flips(kind: Kind, step: number, first = 0): Promise<Tried> {
  const trial = new Trial(kind);
  const content = Uint8Array.from(kind.content);
  for (let bit = first; bit < content.length * 8; bit += step) {
    content[bit >> 3]! ^= 1 << (bit & 7);
    await trial.change(content, `bit ${bit & 7} of byte ${bit >> 3}`);
    content[bit >> 3]! ^= 1 << (bit & 7);
  }
  return trial;
}

/** Every `step`th length: never valid, and trusted are exactly the records of whole seals. */
export async function truncations(kind: Kind, step: number): Promise<Tried> {
  const trial = new Trial(kind);
  const ends = await sealedEnds(kind);
  for (let bytes = 0; bytes < kind.content.length; bytes += step) {
    const report = await trial.change(kind.content.subarray(0, bytes), `cut at ${bytes}`);
    const sealed = ends.findLast((end) => end.at <= bytes)?.toSeq ?? -1;
    const trusted = report.trusted.at(-1)?.toSeq ?? -1;
    if (report.trusted.length > 1 || trusted !== sealed)
      trial.fail(`cut at ${bytes}: trusted up to ${trusted}, sealed up to ${sealed}`);
  }
  return trial;
}

/** Where each seal ends, and the last record that is sealed there. */
async function sealedEnds({ content }: Kind): Promise<{ at: number; toSeq: number }[]> {
  const ends: { at: number; toSeq: number }[] = [];
  let at = 0;
  for (const { kind, bytes } of await partsOf(content)) {
    at += bytes.length;
    if (kind !== 'seal') continue;
    const seal = Buffer.from(bytes).subarray(8);
    const toSeq = Number(seal.readBigUInt64LE(14)) + seal.readUInt32LE(22) - 1;
    ends.push({ at, toSeq });
  }
  return ends;
}

/** Every frame deleted and doubled; every two swapped; every one put into every other place. */
export async function surgery(kind: Kind): Promise<Tried> {
  const trial = new Trial(kind);
  const parts = await partsOf(kind.content);
  for (const [i, part] of parts.entries()) {
    await trial.change(joined(parts.toSpliced(i, 1)), `frame ${i} deleted`);
    await trial.change(joined(parts.toSpliced(i, 0, part)), `frame ${i} doubled`);
    for (let j = 0; j < parts.length; j++) {
      const moved = parts.toSpliced(i, 1).toSpliced(j, 0, part);
      if (j !== i) await trial.change(joined(moved), `frame ${i} put at ${j}`);
      if (j > i) await trial.change(joined(parts.with(i, parts[j]!).with(j, part)), `${i}, ${j} swapped`);
    }
  }
  return trial;
}

/** Runs of frames of one kind (segments with their seals) taken out: 2, 3, ... k of them. */
export async function runsRemoved(kind: Kind, lengthMax: number): Promise<Tried> {
  const trial = new Trial(kind);
  const parts = await partsOf(kind.content);
  for (const group of [isSegment, isSealAlone, isNote]) {
    const places = parts.flatMap((_, i) => (group(parts, i) ? [i] : []));
    for (let from = 0; from < places.length; from++)
      for (let to = from + 2; to <= Math.min(places.length, from + lengthMax); to++) {
        const gone = new Set(places.slice(from, to).flatMap((i) => (isSegment(parts, i) ? [i, i + 1] : [i])));
        const left = parts.filter((_, i) => !gone.has(i));
        await trial.change(joined(left), `${to - from} ${parts[places[from]!]!.kind} frames from ${from}`);
      }
  }
  return trial;
}

function isSegment(parts: readonly Part[], i: number): boolean {
  return parts[i]!.kind === 'data' || parts[i]!.kind === 'encrypted';
}

function isSealAlone(parts: readonly Part[], i: number): boolean {
  return parts[i]!.kind === 'seal' && (i === 0 || !isSegment(parts, i - 1));
}

function isNote(parts: readonly Part[], i: number): boolean {
  return parts[i]!.kind === 'checkpoint';
}

/** Every frame of one recording put in the place of, and in front of, every frame of another. */
export async function splices(kind: Kind, other: Kind): Promise<Tried> {
  const trial = new Trial(kind);
  const [parts, others] = [await partsOf(kind.content), await partsOf(other.content)];
  for (const [j, foreign] of others.entries())
    for (let i = 0; i < parts.length; i++) {
      // A silence that is the same in both is no change.
      if (Buffer.from(foreign.bytes).equals(parts[i]!.bytes)) continue;
      await trial.change(joined(parts.with(i, foreign)), `${other.name} ${j} instead of ${i}`);
      await trial.change(joined(parts.toSpliced(i, 0, foreign)), `${other.name} ${j} in front of ${i}`);
    }
  return trial;
}
