// `npm run build:native`: builds the optional native engines from source (zstd-napi, about half a
// minute; re2, about a minute and a half). Without them pangate runs on WebAssembly and JavaScript.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const wanted = ['zstd-napi', 're2'].filter((name) => existsSync(`node_modules/${name}`));
if (wanted.length === 0) {
  console.error(
    'The optional packages are not installed. Install them: npm ci --ignore-scripts --include=optional',
  );
  process.exit(1);
}
for (const name of wanted) {
  console.error(`Building ${name} ...`);
  const { status } = spawnSync('npm', ['rebuild', name, '--ignore-scripts=false', '--foreground-scripts'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error(
      `${name} could not be built. It needs python3, make and a C++ compiler; pangate runs without it.`,
    );
    process.exit(1);
  }
}
console.error('Built. `pangate doctor` names the engines in use.');
