/** The known name that a mistyped or foreign one most likely stands for. */

/** What other products call the keys that are called otherwise here. */
const FOREIGN: Readonly<Record<string, string>> = {
  addr: 'address',
  bind: 'address',
  ca: 'authority',
  cacert: 'authority',
  cert: 'certificate',
  crt: 'certificate',
  dir: 'directory',
  folder: 'directory',
  host: 'address',
  id: 'name',
  listen: 'address',
  login: 'user',
  masking: 'mask',
  path: 'directory',
  port: 'address',
  privateKey: 'key',
  recording: 'record',
  role: 'user',
  rootcert: 'authority',
  secret: 'password',
  server: 'address',
  servers: 'targets',
  ssl: 'tls',
  sslmode: 'mode',
  type: 'protocol',
  upstream: 'address',
  upstreams: 'targets',
  url: 'address',
  username: 'user',
};

/** Longer names are no slips of the finger. */
const NAME_LENGTH_MAX = 64;

/** Null where nothing is near enough. */
export function nearest(name: string, known: readonly string[]): string | null {
  const foreign = FOREIGN[name] ?? FOREIGN[name.toLowerCase()];
  if (foreign !== undefined && known.includes(foreign)) return foreign;
  let best: string | null = null;
  let bestDistance = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of name.length > NAME_LENGTH_MAX ? [] : known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance, two swapped letters counting once; names are short. */
function editDistance(left: string, right: string): number {
  const rows = [Array.from({ length: right.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = rows[i - 1]![j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : change;
      row.push(Math.min(change, swap, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[left.length]![right.length]!;
}
