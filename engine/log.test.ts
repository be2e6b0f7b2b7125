import { Writable } from 'node:stream';
import { test } from 'tap';
import { createLog, prettyStream } from './log.ts';

function sink(): { lines: string[]; stream: Writable } {
  const lines: string[] = [];
  const write = (line: Buffer | string, _: unknown, done: () => void): void => {
    lines.push(String(line));
    done();
  };
  return { lines, stream: new Writable({ decodeStrings: false, write }) };
}

test('lines are JSON with a time, a level and the fields; secrets by name never come out', async (t) => {
  const { lines, stream } = sink();
  const log = createLog({ level: 'info', format: 'json' }, stream);
  log.warn({ user: 'alice', token: 'hunter2', target: { password: 'hunter2' } }, 'denied');
  t.match(JSON.parse(lines[0]!), { level: 'warn', user: 'alice', msg: 'denied', token: '[redacted]' });
  t.match(JSON.parse(lines[0]!).time, /^\d{4}-\d\d-\d\dT/);
  t.notMatch(lines[0], 'hunter2');
});

test('what is below the level is not written', async (t) => {
  const { lines, stream } = sink();
  const log = createLog({ level: 'error', format: 'json' }, stream);
  log.warn({}, 'no');
  log.error({}, 'yes');
  t.equal(lines.length, 1);
});

test('for people a line is time, level, message and fields, with control characters written out', async (t) => {
  const { lines, stream } = sink();
  const log = createLog({ level: 'info', format: 'json' }, prettyStream(stream));
  log.info({ user: 'a b', n: 3, evil: '\x1b[2J\n' }, 'session opened');
  t.match(
    lines[0],
    /^\d\d:\d\d:\d\d\.\d{3} info {2}session opened {2}user="a b" n=3 evil="\\u001b\[2J\\n"\n$/,
  );
});
