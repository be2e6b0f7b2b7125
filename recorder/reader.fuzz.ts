/** Changes recordings at random: whatever is changed is told, nothing throws, nothing runs away. */
import type { Fuzzer } from '../test/fuzz.ts';
import type { Random } from '../test/random.ts';
import { buildRecording, smallPlan } from '../test/recorder/build.ts';
import { verifyBytes } from '../test/recorder/frames.ts';
import type { Verification } from './verification.ts';
import { openZstd } from './zstd.ts';

const zstd = await openZstd();
const whole = buildRecording(smallPlan(zstd, 6, 2));
const other = buildRecording({ ...smallPlan(zstd, 5, 1), sid: '01M84000000000000000000009' });

const changes: readonly ((content: Uint8Array, random: Random) => Uint8Array)[] = [
  (content, random) => content.with(random.below(content.length), random.below(256)),
  (content, random) => content.subarray(0, random.below(content.length)),
  (content, random) => spliced(content, random, 0, random.bytes(1 + random.below(40))),
  (content, random) => spliced(content, random, 1 + random.below(300), new Uint8Array(0)),
  (content, random) => spliced(content, random, random.below(300), part(other, random)),
  (content, random) => spliced(content, random, random.below(300), part(content, random)),
  (content, random) =>
    spliced(
      content,
      random,
      4,
      Buffer.from(random.pick(['ffffffff', '00000000', '28b52ffd', '512a4d18']), 'hex'),
    ),
];

function spliced(content: Uint8Array, random: Random, deleted: number, added: Uint8Array): Uint8Array {
  const at = random.below(content.length);
  return Buffer.concat([content.subarray(0, at), added, content.subarray(at + deleted)]);
}

function part(content: Uint8Array, random: Random): Uint8Array {
  const from = random.below(content.length);
  return content.subarray(from, from + random.below(600));
}

async function round(random: Random, verify: (content: Uint8Array) => Promise<Verification>): Promise<void> {
  let content: Uint8Array = whole;
  for (let i = 0; i <= random.below(3); i++)
    if (content.length > 0) content = random.pick(changes)(content, random);
  const before = process.cpuUsage();
  const report = await verify(content);
  if (report.status === 'VALID' && !Buffer.from(whole).equals(content))
    throw new Error('a changed recording is VALID');
  const { user, system } = process.cpuUsage(before);
  if (user + system > 2_000_000) throw new Error('a changed recording takes long to verify');
}

/** Every change is caught in full and in quick mode. The canary is a verifier that does not hash data frames. */
export const fuzzer: Fuzzer = {
  name: 'recording',
  round: async (random) => {
    const depth = random.pick(['quick', 'full'] as const);
    await round(random, (content) => verifyBytes(content, { depth }));
  },
  canary: (random) =>
    round(random, async (content) => {
      const report = await verifyBytes(content, { depth: 'quick' });
      const damages = report.damages.filter((damage) => !damage.why.includes('has not the hash'));
      return damages.length === 0 && report.damagesTotal > 0 ? { ...report, status: 'VALID' } : report;
    }),
};
