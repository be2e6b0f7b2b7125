import { protocols } from '../protocols/index.ts';
import type { Plugins } from './config/plugins.ts';

/** What the registries of the floor below hold. */
export const plugins: Plugins = {
  protocols,
  kinds: ['pan', 'cvv', 'track', 'iban', 'ssn', 'email', 'phone', 'secret'],
  masks: ['partial', 'last4', 'bin', 'full', 'fixed', 'token', 'fpe', 'null'],
};
