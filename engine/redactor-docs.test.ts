/** The examples of docs/detection.md run, and print what stands below them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'tap';
import { defaultRules, detectors } from './redactor.ts';

const text = readFileSync('docs/detection.md', 'utf8');
const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);
/** Inside the package, so that it finds itself by its name. */
const folder = `build/examples-${process.pid}`;

test('docs/detection.md has examples', async (t) => {
  mkdirSync(folder, { recursive: true });
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.ok(examples.length >= 5);
  for (const [index, code] of examples.entries()) {
    const file = `${folder}/${index}.mjs`;
    writeFileSync(file, code);
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    t.equal(status, 0, stderr);
    const printed = [...code.matchAll(/^\/\/> (.*)$/gm)].map(([, line]) => `${line}\n`);
    t.equal(stdout, printed.join(''), `example ${index + 1}`);
  }
});

test('docs/detection.md names every kind, mask and reason', async (t) => {
  for (const { kind } of detectors) t.match(text, kind === 'pan' ? 'card number' : `| \`${kind}\` |`);
  for (const reason of reasons()) t.match(text, `\`${reason}\``, reason);
  for (const kind of Object.keys(defaultRules.detectors)) t.match(text, kind);
});

/** Every reason code in the sources of the detectors. */
function reasons(): string[] {
  const files = ['pan/decision', 'cvv/index', 'pin/index', 'track/index', 'emv/index', 'iban/index']
    .concat(['ssn/index', 'email/index', 'phone/index', 'credential/index', 'regexp/index'])
    .map((name) => readFileSync(`detectors/${name}.ts`, 'utf8'));
  const named = files.flatMap((source) => [...source.matchAll(/reason: ?'([a-z-]+)'|\| '([a-z-]+)' \/\//g)]);
  return [...new Set(named.map(([, one, two]) => one ?? two!))];
}
