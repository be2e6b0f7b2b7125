// `npm run bench -- [names] [--rounds n] [--quick] [--docs] [--json]`: builds, then `pangate bench`.
import { spawnSync } from 'node:child_process';
import { setup } from './setup.mjs';

setup({ quiet: true });
const words = ['build/cli/main.js', 'bench', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1);
