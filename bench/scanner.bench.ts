/** The scanner on bytes in memory, one thread, beside engines that search for digits alone. */
import { ANYWHERE, type Scanner } from '../base/finding.ts';
import { allocate, createScanner, detectors } from '../detectors/index.ts';
import { defaultRules } from '../engine/mask-rules.ts';
import { type Bench, type BenchOptions, inTurns, type Measurement } from './bench.ts';
import { type Input, withInputs } from './inputs.ts';
import { counting, hyperscan, type MemoryScan, re2, timed } from './peers/tools.ts';

const INPUT_BYTES = 16_777_216;
const CHUNK_BYTES = 65_536;
/** The fastest counts: it is the one that nothing else on the machine came between. */
const PASSES = 9;
const CARD_KINDS = Object.keys(defaultRules.detectors);

export const bench: Bench = {
  name: 'scanner',
  about: 'scanning logs in memory: Hyperscan, RE2, ripgrep, GNU grep, pangate',
  missing: () => false,
  run: (options) =>
    withInputs(options.quick ? INPUT_BYTES / 8 : INPUT_BYTES, async (inputs, folder) => {
      const peer = hyperscan(folder);
      const measured: Measurement[] = [];
      for (const input of inputs) measured.push(await measure(input, folder, peer, options));
      return measured;
    }),
};

async function measure(
  input: Input,
  folder: string,
  peer: MemoryScan | null,
  options: BenchOptions,
): Promise<Measurement> {
  const megabytes = input.bytes.length / 1e6;
  const native = re2();
  const subjects: Record<string, () => Promise<number>> = {};
  if (peer) subjects['Hyperscan'] = async () => megabytes / (await peer(input.file, CHUNK_BYTES, PASSES));
  if (native) subjects['RE2'] = async () => megabytes / inChunks(input.bytes, native);
  for (const [name, command] of Object.entries(counting(input.file)))
    subjects[name] = async () => megabytes / (await timed(command, `${folder}/count`, true));
  const cards = createScanner(detectors.filter(({ kind }) => CARD_KINDS.includes(kind)));
  const place = placed(input.bytes);
  subjects['pangate, card data'] = async () => megabytes / inChunks(place, scanning(cards));
  const every = createScanner(detectors);
  subjects['pangate, every detector'] = async () => megabytes / inChunks(place, scanning(every));
  return {
    measure: `scan of ${input.name}`,
    unit: 'MB/s',
    better: 'more',
    samples: await inTurns(subjects, options),
    ...(peer && { yardstick: 'Hyperscan', bars: { 'pangate, card data': 2 } }),
  };
}

/** The bytes where sockets and files are read to, so that the prefilter finds them in place. */
function placed(bytes: Buffer): Buffer {
  const view = allocate(bytes.length);
  view.set(bytes);
  return Buffer.from(view.buffer, view.byteOffset, view.length);
}

function scanning(scanner: Scanner): (chunk: Buffer) => number {
  let findings = 0;
  const report = (): void => {
    findings++;
  };
  return (chunk) => {
    scanner.scan(chunk, 0, true, ANYWHERE, report);
    return findings;
  };
}

/** The seconds of the fastest pass over the bytes in chunks. */
function inChunks(bytes: Buffer, scan: (chunk: Buffer) => number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const beganMs = performance.now();
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) scan(bytes.subarray(at, at + CHUNK_BYTES));
    best = Math.min(best, performance.now() - beganMs);
  }
  return best / 1000;
}
