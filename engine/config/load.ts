import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { dumpConfig } from './dump.ts';
import { explain } from './explain.ts';
import type { Plugins } from './plugins.ts';
import { ConfigError, type Problem } from './problem.ts';
import { checkReferences } from './references.ts';
import { configJsonSchema } from './schema.ts';
import { configShape } from './shape.ts';

/**
 * Reads, checks and completes a configuration. Throws `file-unreadable`, or a ConfigError with
 * every problem at once.
 */
export function loadConfig(path: string, plugins: Plugins): Config {
  const file = resolve(path);
  const source = readDocument(file);
  const parsed = configShape(plugins, dirname(file)).safeParse(source.value);
  const problems: Problem[] = parsed.success
    ? []
    : explain(source, configJsonSchema(plugins), parsed.error.issues);
  problems.push(...checkReferences(source, plugins));
  if (!parsed.success || problems.length > 0) throw new ConfigError(file, problems);
  const config: Config = { ...parsed.data, file, digest: '' };
  return { ...config, digest: createHash('sha256').update(dumpConfig(config)).digest('hex') };
}
