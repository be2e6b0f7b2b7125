/** `import ... from 'pangate'`: the gateway and its parts, for programs. */
export { createCleaner } from './cleaner.ts';
export type { Config } from './config/config.ts';
export { loadConfig } from './config/load.ts';
export { ConfigError } from './config/problem.ts';
export { type Gateway, type GatewayParts, startGateway } from './gateway.ts';
export { defaultRules, type MaskRules } from './mask-rules.ts';
export { plugins } from './plugins.ts';
export { createIdentity } from './users/identity.ts';
