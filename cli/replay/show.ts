import { Command } from 'commander';
import { FOLLOW_MS, openRecording, type Recording, type RecordingSummary } from '../../recorder/index.ts';
import { table } from '../table.ts';
import { archiveOf, audit, EMERGENCY_OPTION, type EmergencyOption, sidOf } from './audit.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';
import { FOLLOW_OPTION, sayEnd } from './reading.ts';
import { safeJson, safeText } from './safe-text.ts';
import { textIn } from './session.ts';
import { showInstant, showSpan } from './time.ts';

interface ShowOptions extends PlaceOption, EmergencyOption {
  readonly json?: boolean;
  readonly seals?: boolean;
  readonly utc?: boolean;
  readonly follow?: boolean;
}

/** `pangate replay show`. */
export function showCommand(): Command {
  const command = new Command('show')
    .description('say what a recording is: header, opening, sums of its seals, end')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option('--seals', 'list the seals too')
    .option('--json', 'as JSON')
    .option('--utc', 'times in UTC')
    .option(...FOLLOW_OPTION)
    .option(...EMERGENCY_OPTION)
    .addHelpText('after', '\nExamples:\n  $ pangate replay show last\n  $ pangate replay show 01M84 --seals')
    .action((word: string, options: ShowOptions) => guarded(() => show(word, options)));
}

async function show(word: string, options: ShowOptions): Promise<void> {
  const path = await recordingOf(word, options);
  await audit(archiveOf(path), { type: 'view', verb: 'show', sid: sidOf(path) }, options);
  const recording = await openRecording(path, await identitiesOf(options));
  try {
    if (options.follow) await follow(recording);
    const summary = await recording.summary();
    const opening = await recording.opening();
    if (options.json)
      await print(
        `${safeJson({ path: recording.path, header: recording.header, opening, ...asJson(summary) })}\n`,
      );
    else await print(text(recording, opening, summary, options));
  } finally {
    await recording.close();
  }
}

/** A line for each second in which something came, until the session ends. */
async function follow(recording: Recording): Promise<void> {
  const live = await recording.follow();
  let saidMs = 0;
  for (let isNews = true; live.state === 'open'; ) {
    isNews = (await live.look()) || isNews;
    if (isNews && performance.now() - saidMs > 1000) {
      const lastUs = live.tail.at(-1)?.dtUs ?? live.places.at(-1)?.seal.monoLastUs ?? 0;
      const sealed = `${live.places.length} segments, ${live.tail.length} records not sealed yet`;
      process.stderr.write(`${showSpan(lastUs).padStart(9)}  ${live.nextSeq} records, ${sealed}\n`);
      saidMs = performance.now();
      isNews = false;
    }
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
  }
  await sayEnd(recording.path);
}

function asJson(summary: RecordingSummary): object {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const segments = summary.segments.map(({ seal, from }) => ({
    ...seal,
    from,
    frameSha256: hex(seal.frameSha256),
    recordsRoot: hex(seal.recordsRoot),
    prev: hex(seal.prev),
  }));
  return {
    ...summary,
    segments,
    footer: summary.footer && { ...summary.footer, head: hex(summary.footer.head) },
  };
}

function text(
  recording: Recording,
  opening: unknown,
  summary: RecordingSummary,
  options: ShowOptions,
): string {
  const { header } = recording;
  const utc = options.utc ?? false;
  const lines: [string, string][] = [
    ['session', header.sid],
    ['file', `${safeText(recording.path)}  (${recording.bytes} bytes)`],
    ['started', `${showInstant(header.wallUs, utc)}${utc ? ' UTC' : ''}`],
    [
      'gateway',
      safeText(
        `${textIn(header.map, 'node')}, version ${textIn(header.map, 'gateway')}, boot ${textIn(header.map, 'boot')}, session ${textIn(header.map, 'ordinal')}`,
      ),
    ],
    ['user', safeText(`${textIn(opening, 'user', 'id')}  (${textIn(opening, 'user', 'method')})`)],
    [
      'client',
      safeText(
        `${textIn(opening, 'client', 'address')}:${textIn(opening, 'client', 'port')}  ${textIn(opening, 'client', 'application')}  ${textIn(opening, 'client', 'tls')}`,
      ),
    ],
    [
      'target',
      safeText(
        `${textIn(opening, 'target', 'name')}  ${textIn(opening, 'protocol')}  ${textIn(opening, 'target', 'address')}  ${textIn(opening, 'target', 'database')}  ${textIn(opening, 'target', 'version')}`,
      ),
    ],
    ['rules', safeText(textIn(opening, 'rules', 'digest'))],
    ['result', safeText(textIn(opening, 'result'))],
    ...sums(summary),
    ['end', endOf(summary)],
  ];
  const fields = lines.map(([name, value]) => `${name.padEnd(10)}${value.trimEnd()}\n`).join('');
  return options.seals ? `${fields}\n${sealTable(summary, header.wallUs, utc)}` : fields;
}

function sums({ segments, seals }: RecordingSummary): [string, string][] {
  const sum = (of: (segment: RecordingSummary['segments'][number]) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  const [raw, stored] = [sum(({ seal }) => seal.rawBytes), sum(({ bytes }) => bytes)];
  const ratio = stored > 0 ? (raw / stored).toFixed(1) : '1.0';
  const last = segments.at(-1)?.seal.monoLastUs ?? 0;
  return [
    ['length', showSpan(last)],
    [
      'records',
      `${sum(({ seal }) => seal.records)} in ${segments.length} segments, ${seals} seals; ${raw} bytes, compressed ${ratio} times`,
    ],
    [
      'counted',
      `${sum(({ seal }) => seal.statements)} statements, ${sum(({ seal }) => seal.masked)} masked values, ${sum(({ seal }) => seal.errors)} errors`,
    ],
  ];
}

function endOf({ footer, stopped }: RecordingSummary): string {
  if (stopped !== null)
    return `${safeText(stopped.why)} (byte ${stopped.offset}); see: pangate replay verify`;
  const recovered = (footer?.flags ?? 0) & 1 ? ', completed after a crash' : '';
  return `${safeText(textIn(footer?.map, 'why'))}${recovered}`;
}

const SEAL_HEADS = [
  'SEAL',
  'OFFSET',
  'FIRST',
  'RECORDS',
  'FROM',
  'TO',
  'STMTS',
  'MASKED',
  'ERRORS',
  'SHA-256 OF THE FRAME',
];

function sealTable({ segments }: RecordingSummary, startedUs: number, utc: boolean): string {
  const clock = (us: number): string => showInstant(startedUs + us, utc).slice(11);
  const rows = segments.map(({ seal, from }) => [
    ...[seal.segment, from, seal.firstSeq, seal.records].map(String),
    clock(seal.monoFirstUs),
    clock(seal.monoLastUs),
    ...[seal.statements, seal.masked, seal.errors].map(String),
    Buffer.from(seal.frameSha256).toString('hex'),
  ]);
  return table(SEAL_HEADS, rows);
}
