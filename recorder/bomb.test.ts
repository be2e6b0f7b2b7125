/** What is made to exhaust a verifier, and second ways to write the same: docs/assurance.md, group 4. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { buildRecording, FIXTURE_NODE, smallPlan } from '../test/recorder/build.ts';
import { joined, type Part, partsOf, verifyBytes } from '../test/recorder/frames.ts';
import { FRAME_HEAD_BYTES, MAGIC, skippableFrame } from './frame.ts';
import { verifierOf } from './log/note.ts';
import { openZstd } from './zstd.ts';

const SCRIPT = fileURLToPath(new URL('../test/recorder/bombs.js', import.meta.url));
const MIB_MAX = 64;
/** A second; more where other processes have the processor. */
const MS_MAX = 5000;

test('nothing that a file declares or holds takes more than 64 MiB, or long', async (t) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', SCRIPT], { encoding: 'utf8' });
  t.equal(stderr, '');
  const lines = stdout.trim().split('\n');
  t.ok(lines.length >= 12);
  for (const line of lines) {
    const [name = '', status, ms, mib] = line.split(' ');
    t.equal(status, 'TAMPERED', name);
    t.ok(Number(mib) < MIB_MAX && Number(ms) < MS_MAX, line);
  }
});

const zstd = await openZstd();
const whole = buildRecording({ ...smallPlan(zstd, 4, 2), node: FIXTURE_NODE });
const parts = await partsOf(whole);
const nodes = [verifierOf(FIXTURE_NODE)];

/** The file with one part of a kind written anew, and what is behind it as it was. */
function rewritten(kind: Part['kind'], write: (body: Buffer) => Uint8Array): Uint8Array {
  const place = parts.findIndex((part) => part.kind === kind);
  const body = Buffer.from(parts[place]!.bytes.subarray(FRAME_HEAD_BYTES));
  const bytes = skippableFrame(MAGIC[kind], write(body));
  return joined(parts.with(place, { kind, bytes }));
}

test('a note has one form: other spellings of the same are refused', async (t) => {
  const spellings: readonly (readonly [string, (text: string) => string])[] = [
    ['a leading zero', (text) => text.replace(/^epoch (\d+)$/m, 'epoch 0$1')],
    ['a plus sign', (text) => text.replace(/^seals (\d+)$/m, 'seals +$1')],
    ['carriage returns', (text) => text.replaceAll('\n', '\r\n')],
    ['a blank at an end of line', (text) => text.replace(/^(epoch \d+)$/m, '$1 ')],
    ['base64 with other last bits', (text) => text.replace(/^([A-Za-z0-9+/]{42})[A-Za-z0-9+/]=$/m, '$1B=')],
    ['a second signature', (text) => `${text}${text.split('\n').at(-2)}\n`],
    ['a line more', (text) => text.replace('\n\n', '\nmore\n\n')],
  ];
  for (const [what, spell] of spellings) {
    const content = rewritten('checkpoint', (body) => Buffer.from(spell(body.toString('utf8'))));
    t.notOk(Buffer.from(content).equals(whole), what);
    t.equal((await verifyBytes(content, { nodes })).status, 'TAMPERED', what);
  }
});

test('reserved fields, unknown flags and bytes behind a body are refused', async (t) => {
  const changes: readonly (readonly [Part['kind'], number])[] = [
    ['header', 6],
    ['header', 46],
    ['seal', 5],
    ['index', 5],
    ['footer', 6],
  ];
  for (const [kind, at] of changes) {
    const content = rewritten(kind, (body) => {
      body[at]! |= 0x40;
      return body;
    });
    t.equal((await verifyBytes(content, { nodes })).status, 'TAMPERED', `${kind} ${at}`);
  }
  for (const kind of ['header', 'seal', 'checkpoint', 'index', 'footer', 'seekTable'] as const) {
    const content = rewritten(kind, (body) => Buffer.concat([body, Buffer.from([0])]));
    t.equal((await verifyBytes(content, { nodes })).status, 'TAMPERED', kind);
  }
});

test('all notes taken out, all seals taken out, every second one taken out: never valid', async (t) => {
  const without = (kind: Part['kind'], step: number): Uint8Array => {
    let seen = 0;
    return joined(parts.filter((part) => part.kind !== kind || seen++ % step !== 0));
  };
  for (const kind of ['checkpoint', 'seal', 'data'] as const)
    for (const step of [1, 2])
      t.equal((await verifyBytes(without(kind, step), { nodes })).status, 'TAMPERED', `${kind} ${step}`);
});
