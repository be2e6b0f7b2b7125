// `npm run quality`: what the detectors find and miss on the labelled corpora, as a table with
// the misses and false findings below each line. `--all` lists every one of them.
import { setup } from './setup.mjs';

setup({ quiet: true });
const { report } = await import('../build/test/quality/report.js');
const wrongMax = process.argv.includes('--all') ? Number.POSITIVE_INFINITY : 20;
process.exit(report((line) => console.log(line), wrongMax) ? 0 : 1);
