import type { Config } from '../engine/config/config.ts';
import type { Plugins } from '../engine/config/plugins.ts';

/** The option that every verb with a configuration has. */
export const CONFIG_OPTION: readonly [string, string] = [
  '-c, --config <file>',
  'the configuration (else PANGATE_CONFIG, ./pangate.yaml, XDG, /etc/pangate/)',
];

/** What the option gives. */
export interface ConfigOption {
  readonly config?: string;
}

/** Finds and loads the configuration. Throws `file-unreadable` or a ConfigError. */
export async function openConfig(options: ConfigOption): Promise<{ config: Config; plugins: Plugins }> {
  const { loadConfig } = await import('../engine/config/load.ts');
  const { locateConfig } = await import('../engine/config/locate.ts');
  const { plugins } = await import('../engine/plugins.ts');
  return { config: loadConfig(locateConfig(options.config), plugins), plugins };
}
