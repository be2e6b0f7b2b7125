/** The player in a real terminal, and where it stands after any jump. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { FACT } from '../../../base/recording.ts';
import { Screen, snapshotOf } from '../../../recorder/terminal/index.ts';
import { openZstd } from '../../../recorder/zstd.ts';
import { archiveFor, opening } from '../../../test/recorder/sample.ts';
import { MAIN, place, sampleArchive } from '../../../test/replay/archive.ts';
import { output, TERMINAL_SID, terminalPlan } from '../../../test/replay/sessions.ts';
import { NO_TMUX, Tmux } from '../../../test/replay/tmux.ts';
import { Deck } from '../deck.ts';
import { openChecked } from '../reading.ts';
import { openTape, type Tape } from '../tape.ts';
import { parseGoto } from './goto.ts';
import { keysOf } from './keys.ts';
import { Pace } from './pace.ts';

const sample = await sampleArchive();
const SQL_SID = '01M84000000000000000000SQ1';

async function tapeOf(path: string): Promise<Tape> {
  return openTape(await openChecked(path, {}, { type: 'view', verb: 'play' }));
}

function playing(args: string, columns = 90, rows = 28): Tmux {
  return new Tmux(
    `PANGATE_RECORDINGS=${sample.folder} ${process.execPath} ${MAIN} play ${args}`,
    columns,
    rows,
  );
}

test('a jump to any record shows what playing up to it shows', async (t) => {
  const tape = await tapeOf(sample.path(TERMINAL_SID));
  const linear = new Deck(tape);
  const shown = new Map<number, string[]>();
  while ((await linear.step()) !== null) shown.set(linear.seq, linear.screen.texts);
  const jumping = new Deck(tape);
  const seqs = [...shown.keys()];
  for (const seq of [...seqs].sort((one, other) => ((one * 7919) % 101) - ((other * 7919) % 101))) {
    await jumping.seek({ seq });
    t.strictSame(jumping.screen.texts, shown.get(seq), `record ${seq}`);
  }
  await jumping.seek({ seq: seqs.at(-1)! });
  await jumping.back();
  t.strictSame(jumping.screen.texts, shown.get(seqs.at(-2)!));
  await tape.close();
});

test('a jump to a time stands at that time; markers are found both ways', async (t) => {
  const tape = await tapeOf(sample.path(TERMINAL_SID));
  const deck = new Deck(tape);
  await deck.seek({ atUs: 60_000_000 });
  t.equal(deck.atUs, 60_000_000);
  const marker = await deck.marker(-1);
  t.match(marker?.text, 'before the editor');
  await deck.seek({ atUs: 0 });
  t.equal((await deck.marker(1))?.seq, marker?.seq);
  t.equal(await deck.marker(-1), null);
  await tape.close();
});

test('of a long session a jump takes less than 50 ms where screens are recorded', async (t) => {
  const archive = await archiveFor(t, { durability: 'process' });
  const recorder = archive.open(opening);
  const facts = { kinds: FACT.terminal };
  const screen = new Screen();
  recorder.write({ type: 'tty.r', data: { c: 80, r: 24 }, facts });
  const line = (i: number): string =>
    `\x1b[3${i % 8}mline ${i}\x1b[0m of a long session: ${'x'.repeat(30)}\r\n`;
  for (let i = 0; i < 6000; i++) {
    const text = Array.from({ length: 40 }, (_, at) => line(i * 40 + at)).join('');
    recorder.write({ type: 'tty.o', data: { d: Buffer.from(text) }, facts });
    if (i % 5 === 0) screen.write(text.slice(-6000));
    if (i % 100 === 99) {
      screen.write(text);
      recorder.write({ type: 'tty.k', data: { c: 80, r: 24, d: snapshotOf(screen) }, facts });
    }
    if (i % 64 === 0)
      while (recorder.pendingBytes > 1 << 20) await new Promise((done) => setTimeout(done, 2));
  }
  await recorder.close('done');
  const tape = await tapeOf(archive.pathOf(recorder.sid));
  const deck = new Deck(tape);
  const last = tape.places.at(-1)!.seal.firstSeq;
  const tookMs: number[] = [];
  for (let i = 1; i <= 15; i++) {
    const startedUs = process.cpuUsage();
    const seq = Math.floor((last * ((i * 7) % 16)) / 16);
    await deck.seek({ seq });
    const { user, system } = process.cpuUsage(startedUs);
    tookMs.push((user + system) / 1000);
    const shown = deck.screen.texts.join('\n');
    t.match(shown, /line \d+ of a long session/);
  }
  const median = tookMs.sort((one, other) => one - other)[7]!;
  t.comment(`seek: median ${median.toFixed(1)} ms of processor time, worst ${tookMs.at(-1)!.toFixed(1)} ms`);
  // Of this process alone: other tests run beside it.
  t.ok(median <= 50, `${median} ms`);
  await tape.close();
});

test('places are understood as they are written', async (t) => {
  t.strictSame(parseGoto('1:30'), { atUs: 90_000_000 });
  t.strictSame(parseGoto('01:02:03'), { atUs: 3_723_000_000 });
  t.strictSame(parseGoto('90s'), { atUs: 90_000_000 });
  t.strictSame(parseGoto('50%'), { percent: 50 });
  t.strictSame(parseGoto('seq:12'), { seq: 12 });
  t.strictSame(parseGoto('stmt:7'), { statement: 7 });
  t.strictSame(parseGoto('mark:editor'), { mark: 'editor' });
  t.strictSame(parseGoto('2026-11-23T12:00:00Z'), { wallUs: 1_795_435_200_000_000 });
  for (const text of ['', 'x', '101%', 'stmt:', 'mark:', '1:2:3:4']) t.throws(() => parseGoto(text), text);
});

test('keys are read from any mixture', async (t) => {
  t.strictSame(keysOf('\x1b[C\x1b[1;2D q\r\x7f'), ['right', 'shift-left', ' ', 'q', 'enter', 'backspace']);
  t.strictSame(keysOf('\x1b[99~\x01'), []);
});

test('a silence is cut to what is allowed, and speed divides the wait', async (t) => {
  const pace = new Pace(2, 1_000_000);
  pace.set(0);
  const wait = pace.dueMs(60_000_000, 0);
  t.ok(wait > 400 && wait <= 500, `${wait}`);
  t.equal(new Pace(Number.POSITIVE_INFINITY, 1e9).dueMs(1e12, 0), 0);
});

test('keys of the player do what its help says', { skip: NO_TMUX }, async (t) => {
  const tmux = playing(`${TERMINAL_SID} --paused --no-resize`);
  t.teardown(() => tmux.close());
  t.match(await tmux.until('⏸ 00:00.0'), 'VALID');
  tmux.press('.', '.', '.');
  t.match(await tmux.until('alice@shop-1'), 'Welcome to shop-1.');
  tmux.press(']');
  t.match(await tmux.until('before the editor'), /⏸ 00:03/);
  t.match(tmux.screen, /^password$/m, 'as it was seen, not as it was sent');
  tmux.press('t');
  t.match(await tmux.until('╭'), 'before the editor');
  tmux.press('Escape', '?');
  t.match(await tmux.until('pause, go on'), 'look for a text');
  tmux.press('Escape', 'v');
  t.match(await tmux.until('fingerprint'), TERMINAL_SID);
  tmux.press('x', 'g', '/');
  tmux.type('orders.csv');
  tmux.press('Enter');
  t.match(await tmux.until('orders.csv: seq:'), 'vi orders.csv');
  tmux.press('n');
  t.match(await tmux.until('411111******1111'), 'id,card', 'the second hit is on the editor’s own screen');
  tmux.press('N');
  t.notMatch(await tmux.until(/vi orders\.csv\s*$/m), 'id,card');
  tmux.press('m', 'i');
  t.match(await tmux.until('⌨'), 'vi orders.csv');
  tmux.press('6', '0', 'G');
  await tmux.until('01:00');
  t.match(tmux.screen, '⏸ 01:00.0');
  tmux.press('Left');
  t.match(await tmux.until('00:55.0'), '00:55.0');
  tmux.press('S-Right');
  t.match(await tmux.until('01:25'), /01:25\.\d/);
  tmux.press('>', '>');
  t.match(await tmux.until('2×'), '2×');
  tmux.press('BSpace', 'Space', 'Enter');
  t.match(await tmux.until('logout'), 'logout', 'goes on, and the silence is skipped');
  tmux.press('q');
  t.match(await tmux.until('left 0'), /marked: --goto seq:\d+/);
  t.notMatch(tmux.title, 'owned');
});

test('keys that move the clock, and those that only look', { skip: NO_TMUX }, async (t) => {
  const tmux = playing(`${TERMINAL_SID} --no-resize --paused --speed 3`);
  t.teardown(() => tmux.close());
  const sees = async (text: string | RegExp): Promise<unknown> => t.match(await tmux.until(text), text);
  await sees('⏸ 00:00.0');
  t.match(tmux.screen, '3×');
  tmux.press('}');
  await sees('4×');
  tmux.press('{');
  await sees(/ 2×/);
  tmux.press('<', '<');
  await sees(/ 1×/);
  tmux.press('Right');
  await sees('⏸ 00:05.0');
  tmux.press('S-Right');
  await sees(/⏸ 00:35\.\d/);
  tmux.press('S-Left');
  await sees(/⏸ 00:0[45]\.\d/);
  tmux.press('[');
  await sees('⏸ 00:03.2');
  tmux.press('G');
  t.match(await tmux.until('05:06.8 / 05:06.8'), 'logout');
  tmux.press(']');
  await sees('no marker follows');
  tmux.press(',');
  t.notMatch(await tmux.until(/⏸ 05:06\.[0-7]/), /^logout$/m);
  tmux.press('t', 'Enter');
  t.match(await tmux.until('⏸ 00:03.2'), 'password');
  tmux.press('?');
  await sees('╭');
  tmux.type('welcome');
  tmux.press('Enter');
  t.match(await tmux.until(/welcome: seq:\d+/), 'Welcome');
  tmux.press('g', 'p');
  await sees('▶');
  tmux.press('m', 'm', 'q');
  t.match(await tmux.until('left 0'), /marked: --goto seq:\d+/);
});

test('a box on a small screen is broken and moved through, and a full line keeps its end', {
  skip: NO_TMUX,
}, async (t) => {
  const tmux = playing(`${SQL_SID} --paused --goto stmt:1`, 40, 14);
  t.teardown(() => tmux.close());
  const sees = async (text: string | RegExp): Promise<unknown> => t.match(await tmux.until(text), text);
  await sees('⏸');
  tmux.press('?');
  t.match(await tmux.until('↑ ↓ for the rest'), 'pause, go on');
  tmux.press('NPage', 'NPage', 'NPage');
  t.match(await tmux.until('backward'), 'leave');
  tmux.press('Escape', '.', '.', '.');
  t.match(await tmux.until('row 3'), /^ {4}pan\* +«340000\*{5}0009»$/m, 'one field a line');
  tmux.press('q');
  await sees('left 0');
});

test('a transcript of statements plays like a terminal', { skip: NO_TMUX }, async (t) => {
  const tmux = playing(`${SQL_SID} --goto stmt:2 --paused`);
  t.teardown(() => tmux.close());
  const screen = await tmux.until('select * from nowhere');
  t.match(screen, '«411111******1111»');
  t.notMatch(screen, '42P01');
  tmux.press('.', '.');
  t.match(await tmux.until('42P01'), 'does not exist');
  tmux.press('[');
  t.match(await tmux.until('select id, name'), '⏸');
  tmux.press('q');
  t.match(await tmux.until('left 0'), 'left 0');
});

test('a changed recording is not played; forced, the damage is told', { skip: NO_TMUX }, async (t) => {
  const zstd = await openZstd('cloudpss');
  const folder = join(sample.folder, 'changed');
  const path = place(folder, { ...terminalPlan(zstd), sid: '01M84000000000000000000BAD' });
  const bytes = readFileSync(path);
  const second = bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), bytes.indexOf('PGS1'));
  bytes[second + 40]! ^= 1;
  writeFileSync(path, bytes);
  const refused = sample.replay('play', path);
  t.equal(refused.status, 2);
  t.match(refused.stderr, /not shown\n.*--force/);
  const tmux = playing(`${path} --force --speed max`);
  t.teardown(() => tmux.close());
  const screen = await tmux.until('■');
  t.match(screen, 'TAMPERED');
  tmux.press('g', 'Space', ']');
  tmux.press('5', 'G');
  t.match(await tmux.until('cannot be trusted'), /records \d+ to \d+ cannot be trusted/);
  tmux.press('q');
  t.match(await tmux.until('left 2'), 'left 2');
});

test('a session that is being recorded is followed, and the player ends with it', {
  skip: NO_TMUX,
}, async (t) => {
  const archive = await archiveFor(t);
  const recorder = archive.open(opening);
  const write = (text: string): number =>
    recorder.write({ type: 'tty.o', data: output(text).data, facts: { kinds: FACT.terminal } });
  write('first part\r\n');
  while (!existsSync(archive.pathOf(recorder.sid))) await new Promise((done) => setTimeout(done, 100));
  const tmux = playing(`${archive.pathOf(recorder.sid)} --follow --no-resize`);
  t.teardown(() => tmux.close());
  t.match(await tmux.until('first part'), 'OPEN');
  const writtenMs = performance.now();
  write('second part\r\n');
  t.match(await tmux.until('second part'), '●');
  t.comment(`seen after ${Math.round(performance.now() - writtenMs)} ms`);
  await recorder.close('done');
  t.match(await tmux.until('left 0'), /the session has ended {2}VALID/);
});

test('where there is no terminal the transcript is printed', async (t) => {
  const ran = sample.replay('play', TERMINAL_SID);
  t.equal(ran.status, 0);
  t.match(ran.stdout, /cat hostile\.txt\na title and a copy and a question {2}done\npassword\n/);
  t.notMatch(ran.stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  copyFileSync(sample.path(TERMINAL_SID), join(sample.folder, 'copy.pgr.zst'));
  t.equal(sample.replay('play', join(sample.folder, 'copy.pgr.zst'), '--no-wait').stdout, ran.stdout);
  t.equal(sample.replay('play', TERMINAL_SID, '--speed', '99').status, 64);
});
