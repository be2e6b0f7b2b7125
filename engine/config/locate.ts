import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PangateError } from '../../base/errors.ts';

/**
 * The configuration file to use: the one asked for, else the one `PANGATE_CONFIG` names, else
 * the first of ./pangate.yaml, $XDG_CONFIG_HOME/pangate/pangate.yaml and
 * /etc/pangate/pangate.yaml that is there.
 */
export function locateConfig(
  asked: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const named = asked ?? environment['PANGATE_CONFIG'];
  if (named) return named;
  const places = [
    'pangate.yaml',
    join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'pangate', 'pangate.yaml'),
    '/etc/pangate/pangate.yaml',
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new PangateError(
    'file-unreadable',
    'there is no configuration',
    `Pass --config FILE, set PANGATE_CONFIG, or write one of: ${places.join(', ')}.`,
  );
}
