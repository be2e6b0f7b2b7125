// `node scripts/assurance.mjs [folder]`: writes the figures of slow tests (build/figures) into docs/assurance.md,
// between its two marks. Figures of runs that were not made stay as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = 'docs/assurance.md';
const [FROM, TO] = ['<!-- figures -->', '<!-- end of figures -->'];
const folder = process.argv[2] ?? 'build/figures';

const page = readFileSync(PAGE, 'utf8');
const [head, rest] = page.split(FROM);
const [table, tail] = (rest ?? '').split(TO);
if (tail === undefined) throw new Error(`${PAGE} lacks ${FROM} or ${TO}`);

const rows = new Map(
  table
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => [line.split('|').slice(1, 3).join('|'), line]),
);
for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
  const { group, what, input, counts, at, node, seconds } = JSON.parse(
    readFileSync(join(folder, name), 'utf8'),
  );
  const figures = Object.entries(counts).map(([key, value]) => `${key} ${value.toLocaleString('en')}`);
  const when = `${at.slice(0, 10)}, Node ${node}, ${seconds.toLocaleString('en')} s`;
  const line = `| ${group} | ${what} | ${input} | **${figures.join(', ')}** | ${when} |`;
  rows.set(line.split('|').slice(1, 3).join('|'), line);
}
const sorted = [...rows.values()].sort(
  (one, other) => Number(one.split('|')[1]) - Number(other.split('|')[1]),
);
const titles = ['| | what was done | on what | figures | when |', '| --- | --- | --- | --- | --- |'];
writeFileSync(PAGE, `${head}${FROM}\n\n${[...titles, ...sorted].join('\n')}\n\n${TO}${tail}`);
console.log(`${PAGE}: ${sorted.length} lines`);
