import { stringify } from 'yaml';
import { type Address, formatAddress } from './address.ts';
import type { Config } from './config.ts';

/** Values of these keys say where, who and with what: kept out of a redacted dump. */
const REDACTED = new Set([
  'address',
  'user',
  'certificate',
  'key',
  'authority',
  'directory',
  'env',
  'file',
  'options',
]);

/**
 * The configuration as it is in effect, defaults filled in, as YAML that loads again. Redacted:
 * without addresses, accounts, paths and options, fit for a bug report.
 */
export function dumpConfig(config: Config, options: { readonly redacted?: boolean } = {}): string {
  const { file: _, digest: __, ...body } = config;
  return stringify(plain(body, options.redacted ?? false), { lineWidth: 0, aliasDuplicateObjects: false });
}

function plain(value: unknown, redacted: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, redacted));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      redacted && REDACTED.has(key) ? '[redacted]' : entry(key, item, redacted),
    ]),
  );
}

function entry(key: string, item: unknown, redacted: boolean): unknown {
  return key === 'address' ? formatAddress(item as Address) : plain(item, redacted);
}
