/** Pieces, threads and formats: whatever the cut, the text that comes out is the same. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { type Bytes, join, keep, text, utf8 } from '../../base/bytes.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { createCleaner } from '../cleaner.ts';
import { defaultRules } from '../mask-rules.ts';
import type { Format } from './chunk.ts';
import { createCrew } from './crew.ts';
import { type Intake, streamIntake } from './intake.ts';
import type { Outlet } from './outlet.ts';
import { type Findings, redactStream } from './redact-stream.ts';

const PAN = '4111111111111111';
const crew = createCrew(defaultRules, 2);
const alone = createCrew(defaultRules, 1);

class Collected implements Outlet {
  readonly parts: Bytes[] = [];
  async write(bytes: Bytes): Promise<void> {
    this.parts.push(keep(bytes));
  }
  async end(): Promise<void> {}
  get text(): string {
    return text(join(this.parts));
  }
}

function intakeOf(bytes: Bytes): Intake {
  return streamIntake(Readable.from([Buffer.from(bytes)], { objectMode: false }));
}

async function cleaned(
  input: string,
  format: Format,
  options: { chunkBytes?: number; threads?: 1 | 2 } = {},
): Promise<{ text: string; findings: Findings }> {
  const out = new Collected();
  const findings = await redactStream(intakeOf(utf8(input)), out, {
    crew: options.threads === 2 ? crew : alone,
    format,
    sightings: true,
    isAlone: true,
    ...(options.chunkBytes && { chunkBytes: options.chunkBytes }),
  });
  return { text: out.text, findings };
}

/** Lines of logs with numbers of every kind, some of them cards. */
function log(lines: number): string {
  const say = (i: number): string => {
    if (i % 7 === 0) return `pay card=${PAN} cvv: 123 for order ${i}`;
    if (i % 11 === 0) return `{"pan":"4111 1111 1111 1111","n":[${i},${i * 7919},41111111]}`;
    return `2026-11-23 18:15:${i % 60}.${i} 10.0.0.${i % 256} GET /a/${i * 104_729}/b?x=${i} 200`;
  };
  return Array.from({ length: lines }, (_, i) => say(i)).join('\n');
}

test('a text in pieces of any size, on one thread or two, comes out as in one', async (t) => {
  const input = log(900);
  const whole = text(createCleaner(defaultRules).clean(utf8(input), ANYWHERE));
  t.notMatch(whole, PAN);
  for (const chunkBytes of [200, 777, 4096, 10_000, 1_000_000])
    for (const threads of [1, 2] as const)
      t.equal(
        (await cleaned(input, 'text', { chunkBytes, threads })).text,
        whole,
        `${chunkBytes} on ${threads}`,
      );
});

test('large pieces go to other threads and come back in order', async (t) => {
  const input = log(20_000);
  const one = await cleaned(input, 'text', { chunkBytes: 100_000, threads: 1 });
  const two = await cleaned(input, 'text', { chunkBytes: 100_000, threads: 2 });
  t.equal(two.text, one.text);
  t.same(two.findings, one.findings);
});

test('a line without end is cut where no finding is', async (t) => {
  const input = `${'x'.repeat(5000)}${PAN}`.repeat(20) + `${PAN} `.repeat(600);
  const whole = text(createCleaner(defaultRules).clean(utf8(input), ANYWHERE));
  for (const chunkBytes of [1000, 5008, 7000])
    t.equal((await cleaned(input, 'text', { chunkBytes })).text, whole);
});

test('findings are listed with their offsets, lines and reasons, and never with their values', async (t) => {
  const { findings } = await cleaned(`one\ntwo ${PAN}\n${log(300)}`, 'text', { chunkBytes: 500 });
  t.match(findings.sightings[0], { kind: 'pan', from: 8, to: 24, line: 2 });
  const lines = findings.sightings.map((sighting) => sighting.line);
  t.same(
    lines,
    [...lines].sort((left, right) => left - right),
  );
  t.notMatch(JSON.stringify(findings), /41111111/);
});

test('what comes slowly goes out line by line', async (t) => {
  const slow = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(`first ${PAN}\nsecond 4111`);
    await sleep(300);
    yield Buffer.from('111111111111\n');
  };
  const out = new Collected();
  const done = redactStream(streamIntake(Readable.from(slow(), { objectMode: false })), out, {
    crew: alone,
    format: 'text',
    sightings: false,
    isAlone: true,
  });
  await sleep(150);
  t.equal(out.text, 'first 411111******1111\n');
  await done;
  t.equal(out.text, 'first 411111******1111\nsecond 411111******1111\n');
});

test('CSV is read by its header: ruled columns are covered, other cells cleaned', async (t) => {
  const csv = `name,"card",CVV2,note\n"Ann, B.",${PAN},123,"say ""hi""\n${PAN}"\nBob,,4321,\n`;
  t.equal(
    (await cleaned(csv, 'csv')).text,
    'name,"card",CVV2,note\n"Ann, B.",411111******1111,***,"say ""hi""\n411111******1111"\nBob,,****,\n',
  );
});

test('CSV with other delimiters and line ends stays as it is but for the masks', async (t) => {
  for (const [delimiter, end] of [
    [';', '\r\n'],
    ['\t', '\n'],
    ['|', '\n'],
  ] as const) {
    const rows = [
      ['id', 'cvv'],
      ['1', '123'],
      ['2', '"45"'],
    ];
    const csv = rows.map((row) => row.join(delimiter) + end).join('');
    t.equal((await cleaned(csv, 'csv')).text, csv.replace('123', '***').replace('45', '**'));
  }
});

test('a CSV record of another length than the header is covered whole', async (t) => {
  const { text: out, findings } = await cleaned('id,cvv\n1,123\n2,3,999\n777\n', 'csv');
  t.equal(out, 'id,cvv\n1,***\n*,*,***\n***\n');
  t.equal(findings.counts['record'], 4);
});

test('a CSV column that is named for card numbers hides oddly spelled ones without a rule', async (t) => {
  for (const odd of ['٤١١١١١١١١١١١١١١١', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'])
    t.notMatch((await cleaned(`id,card_number\n1,${odd}\n`, 'csv')).text, odd);
});

test('something behind a closing quote, and a quote that is never closed, hide nothing', async (t) => {
  for (const csv of [
    `a,b\n"x"${PAN},1\n`,
    `a,b\n"x ${PAN}\n1,2\n`,
    `a,b\nx" ${PAN},1\n`,
    `a,b\n"x""${PAN}`,
  ]) {
    t.notMatch((await cleaned(csv, 'csv')).text, PAN, csv);
    t.notMatch((await cleaned(csv.replaceAll('a,b', 'a,cvv'), 'csv')).text, PAN, csv);
  }
});

test('CSV in pieces of any size comes out as in one', async (t) => {
  const rows = Array.from({ length: 600 }, (_, i) => `${i},"a\nb ""${PAN}"", c",${100 + (i % 900)},${PAN}`);
  const csv = `id,note,cvv,card\n${rows.join('\n')}\n`;
  const whole = (await cleaned(csv, 'csv')).text;
  t.notMatch(whole, PAN);
  t.match(whole, '\n7,"a\nb ""411111******1111"", c",***,411111******1111\n');
  for (const chunkBytes of [200, 1000, 5000])
    t.equal((await cleaned(csv, 'csv', { chunkBytes })).text, whole);
});

test('a CSV text without a header is read as running text', async (t) => {
  t.equal((await cleaned(`1,${PAN}\n2,x\n`, 'csv')).text, '1,411111******1111\n2,x\n');
});

test('JSON lines: values under ruled keys are covered, and the lines stay JSON', async (t) => {
  const lines = [
    { cvv: '123', a: { CVC2: 4321 }, security_code: [1, '22'], n: null },
    { 'cv\\v': 1, note: `"cvv": and ${PAN}`, pin: '0000', x: 'cvv' },
  ];
  const out = (await cleaned(lines.map((line) => JSON.stringify(line)).join('\n'), 'ndjson')).text.split(
    '\n',
  );
  t.same(JSON.parse(out[0]!), { cvv: '***', a: { CVC2: 1000 }, security_code: [1, '**'], n: null });
  t.same(JSON.parse(out[1]!), { ...lines[1], note: '"cvv": and 411111******1111', pin: '****' });
});

test('a JSON key written with escapes is the same key', async (t) => {
  t.equal((await cleaned('{"c\\u0076v":"123"}', 'ndjson')).text, '{"c\\u0076v":"***"}');
});

test('Latin-1 text with its own non-breaking space keeps every byte but the masked ones', async (t) => {
  const latin = Buffer.from('caf\xe9 4111\xa01111\xa01111\xa01111 \xff\xfe', 'latin1');
  const out = new Collected();
  await redactStream(intakeOf(latin), out, { crew: alone, format: 'text', sightings: false, isAlone: true });
  t.equal(Buffer.from(join(out.parts)).toString('latin1'), 'caf\xe9 4111\xa011**\xa0****\xa01111 \xff\xfe');
});

const corpus = `${process.env['PANGATE_CORPORA'] ?? '../shared/corpora'}/logs/loghub_Apache_2k.log.zst`;

test('real logs come out the same on one thread and two', { skip: !existsSync(corpus) }, async (t) => {
  const plain = spawnSync('zstd', ['-dcq', corpus], { maxBuffer: 1 << 28, encoding: 'utf8' }).stdout;
  const one = await cleaned(plain, 'text', { threads: 1 });
  for (const chunkBytes of [1000, 70_000])
    t.equal((await cleaned(plain, 'text', { threads: 2, chunkBytes })).text, one.text);
});

test('an outlet that fails stops the run with its error, and nothing is written behind the gap', async (t) => {
  let writes = 0;
  const failing: Outlet = {
    write: async () => {
      if (++writes === 2) throw new Error('full');
    },
    end: async () => undefined,
  };
  const options = { crew, format: 'text' as const, sightings: false, isAlone: true, chunkBytes: 70_000 };
  await t.rejects(redactStream(intakeOf(utf8(log(20_000))), failing, options), { message: 'full' });
  t.equal(writes, 2);
  t.ok(crew.places.tryTake(), 'places are given back');
  crew.places.give();
});

test('threads are let go', async (t) => {
  await crew.close();
  await alone.close();
  t.pass();
});
