/** Evidence of denied logins, in real recordings and by a clock that is moved by hand. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { type Clock, systemClock } from '../base/clock.ts';
import { openArchive, openRecording, verifyRecording } from '../recorder/index.ts';
import { entriesIn, sealerIn } from '../test/recorder/sealed.ts';
import { temporaryFolder } from '../test/temporary.ts';
import { type Denial, Denials, told } from './denials.ts';

const DAY_US = 86_400_000_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function denial(user: string): Denial {
  const client = '192.0.2.1';
  return { listener: 'door', protocol: 'p', client, port: 1, user, target: '', reason: 'login-failed' };
}

async function recorded(directory: string): Promise<Record<string, unknown>[][]> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.pgr.zst'),
  );
  const all = paths.sort().map(async (name) => {
    const recording = await openRecording(join(directory, name));
    const records: Record<string, unknown>[] = [];
    for await (const { type, data } of recording.records())
      if (type === 'login.denied') records.push(data as Record<string, unknown>);
    await recording.close();
    return records;
  });
  return Promise.all(all);
}

test('a flood of denied logins is rationed, and all are counted; a day has its own recording', async (t) => {
  const directory = temporaryFolder('denials');
  let aheadUs = 0;
  const clock: Clock = {
    ...systemClock,
    wallUs: () => systemClock.wallUs() + aheadUs,
    monotonicUs: () => systemClock.monotonicUs() + aheadUs,
  };
  const { sealer, folder } = sealerIn(directory);
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
    clock,
    notary: sealer,
  });
  const denials = new Denials({ archive, clock, log: quiet });
  for (let i = 0; i < 5000; i++) denials.add(denial(`stranger ${i}`), 'c');
  aheadUs += 10_000_000;
  denials.add(denial('later'), 'c');
  aheadUs += DAY_US;
  denials.add(denial('next day'), 'c');
  for (let i = 0; i < 200; i++) denials.add(denial('again'), 'c');
  denials.close();
  await archive.close();
  await sealer.close();

  const logged = entriesIn(folder).filter(({ type }) => type === 'denied');
  t.match(logged[0], { user: 'stranger 0', client: '192.0.2.1', reason: 'login-failed' });
  t.equal(logged.length, (await recorded(directory)).flat().length);
  const [first, second, ...others] = await recorded(directory);
  t.equal(others.length, 0);
  t.equal(first!.length, 101);
  t.match(first![0], { user: 'stranger 0', client: '192.0.2.1', reason: 'login-failed' });
  t.match(first![100], { user: 'later', more: 4900 });
  t.match(second![0], { user: 'next day' });
  t.same(second!.at(-1), { more: 101 }, 'what was only counted is told in the end');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.pgr.zst')) t.equal((await verifyRecording(join(directory, name))).status, 'VALID');
});

test('a disk that is too full, or an archive that is closed, is no reason to fail', async (t) => {
  const directory = temporaryFolder('denials');
  const archive = await openArchive({
    directory,
    mode: 'strict',
    durability: 'process',
    gatewayVersion: '0',
  });
  const full = new Denials({
    archive: {
      mode: 'strict',
      refusal: new Error('full'),
      open: archive.open.bind(archive),
      close: archive.close,
    },
    clock: systemClock,
    log: quiet,
  });
  full.add(denial('eve'), 'c');
  full.close();
  await archive.close();
  const closed = new Denials({ archive, clock: systemClock, log: quiet });
  closed.add(denial('eve'), 'c');
  closed.close();
  t.same(await recorded(directory), []);
});

test('what a stranger calls itself is masked and cut', async (t) => {
  t.equal(told('4111111111111111'), '411111******1111');
  t.equal(told('x'.repeat(10_000)).length, 64);
});
