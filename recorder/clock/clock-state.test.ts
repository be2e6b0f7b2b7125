/** Real files and commands in a folder of their own, and the machine that this runs on. */
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { folderFor } from '../../test/recorder/sample.ts';
import { type ClockPlaces, type ClockState, readClockState } from './clock-state.ts';

/** Commands that print a text, in a folder that is all of PATH but a shell's. */
function machine(t: Test, commands: Readonly<Record<string, string>>, timesync?: boolean): ClockPlaces {
  const folder = folderFor(t);
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const run = join(folder, 'timesync');
  if (timesync !== undefined) mkdirSync(run);
  if (timesync) writeFileSync(join(run, 'synchronized'), '');
  return { path: folder, timesync: run };
}

const says = (text: string): string => `cat <<'END'\n${text}\nEND`;
const chrony = (leap: string): string =>
  `PATH=/bin:/usr/bin\n[ "$*" = "-n -c tracking" ] || exit 1\n${says(
    `D8EF2300,216.239.35.0,2,1764000000.5,-0.000012,0.000003,0.000020,-7.9,0.001,0.02,0.012000,0.000500,64.2,${leap}`,
  )}`;
const ntpq = (leap: string, sync: string): string =>
  `PATH=/bin:/usr/bin\n${says(
    `associd=0 status=0615 ${leap}, ${sync}, 1 event,\nversion="ntpd 4.2.8", rootdelay=10.000, rootdisp=20.5,\noffset=-1.500, stratum=3`,
  )}`;
const adjtimex = (status: number): string =>
  `PATH=/bin:/usr/bin\n${says(`         mode: 0\n       offset: -64\n     maxerror: 183500\n     esterror: 0\n       status: ${status}`)}`;

const cases: readonly [string, Readonly<Record<string, string>>, boolean | undefined, ClockState][] = [
  ['nothing', {}, undefined, { synced: null, source: '', errorUs: null }],
  ['timesyncd that has', {}, true, { synced: true, source: 'timesyncd', errorUs: null }],
  ['timesyncd that has not', {}, false, { synced: false, source: 'timesyncd', errorUs: null }],
  [
    'chrony that has',
    { chronyc: chrony('Normal') },
    undefined,
    { synced: true, source: 'chrony', errorUs: 6512 },
  ],
  [
    'chrony that has not',
    { chronyc: chrony('Not synchronised') },
    undefined,
    { synced: false, source: 'chrony', errorUs: null },
  ],
  [
    'ntpd that has',
    { ntpq: ntpq('leap_none', 'sync_ntp') },
    undefined,
    { synced: true, source: 'ntpd', errorUs: 27_000 },
  ],
  [
    'ntpd that has not',
    { ntpq: ntpq('leap_alarm', 'sync_unspec') },
    undefined,
    { synced: false, source: 'ntpd', errorUs: null },
  ],
  [
    'timedatectl that says yes',
    { timedatectl: 'echo yes' },
    undefined,
    { synced: true, source: 'timedatectl', errorUs: null },
  ],
  [
    'timedatectl that says no',
    { timedatectl: 'echo no' },
    undefined,
    { synced: false, source: 'timedatectl', errorUs: null },
  ],
  [
    'a kernel that is kept right',
    { adjtimex: adjtimex(0x2001) },
    undefined,
    { synced: true, source: 'adjtimex', errorUs: 183_500 },
  ],
  [
    'a kernel that is not',
    { adjtimex: adjtimex(0x40) },
    undefined,
    { synced: false, source: 'adjtimex', errorUs: null },
  ],
  [
    'a yes behind a no',
    { timedatectl: 'echo no', adjtimex: adjtimex(0x2001) },
    false,
    { synced: true, source: 'adjtimex', errorUs: 183_500 },
  ],
  [
    'two that say no: the first is named',
    { chronyc: chrony('Not synchronised'), timedatectl: 'echo no' },
    undefined,
    { synced: false, source: 'chrony', errorUs: null },
  ],
  [
    'commands that fail or babble',
    { chronyc: 'exit 1', ntpq: 'echo no such host', timedatectl: 'echo maybe', adjtimex: 'echo status: x' },
    undefined,
    { synced: null, source: '', errorUs: null },
  ],
];

for (const [what, commands, timesync, expected] of cases)
  test(`the clock beside ${what}`, async (t) => {
    t.strictSame(await readClockState(machine(t, commands, timesync)), expected);
  });

test('timesyncd that was heard of three times as long ago as it may be is no yes', async (t) => {
  const places = machine(t, {}, true);
  const longAgo = Date.now() / 1000 - 7200;
  utimesSync(join(places.timesync!, 'synchronized'), longAgo, longAgo);
  t.match(await readClockState(places), { synced: false, source: 'timesyncd' });
});

test('a command that never ends is not waited for', async (t) => {
  const places = machine(t, { chronyc: 'exec /bin/sleep 60', timedatectl: 'echo yes' });
  const beganMs = performance.now();
  t.match(await readClockState(places), { synced: true, source: 'timedatectl' });
  t.ok(performance.now() - beganMs < 20_000);
});

test('the machine that this runs on has an answer of one of the three kinds', async (t) => {
  const { synced, source, errorUs } = await readClockState();
  t.comment(`synced ${synced}, by ${source || 'nobody'}, off by at most ${errorUs} us`);
  t.equal(synced === null, source === '');
  t.ok(errorUs === null || (synced === true && errorUs >= 0));
});
