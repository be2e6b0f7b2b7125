/** Targets and listeners as the engine uses them: PEM read, ports filled in. */
import type { Target, TargetTls } from '../../base/target.ts';
import type { TlsIdentity } from '../../base/wire.ts';
import { isLocal } from './address.ts';
import type { Config, ListenerConfig, ListenerTls, TargetConfig, TargetTlsConfig } from './config.ts';
import { checkPair, readPem } from './pem.ts';
import type { Plugins } from './plugins.ts';
import { readSecret } from './secret.ts';

/** All targets by name. Throws `config-invalid` or `file-unreadable` for a bad PEM file. */
export function resolveTargets(config: Config, plugins: Plugins): Map<string, Target> {
  return new Map(config.targets.map((target, i) => [target.name, resolveTarget(target, i, plugins)]));
}

function resolveTarget(target: TargetConfig, i: number, plugins: Plugins): Target {
  const protocol = plugins.protocols.find((candidate) => candidate.name === target.protocol)!;
  const { address, password, key } = target;
  return {
    name: target.name,
    protocol: target.protocol,
    host: 'socket' in address ? address.socket : address.host,
    port: 'socket' in address ? protocol.defaultPort : (address.port ?? protocol.defaultPort),
    user: target.user,
    password: password ? () => readSecret(password, `targets[${i}].password`) : null,
    key: key ? () => readSecret(key, `targets[${i}].key`) : null,
    tls: resolveTls(target, `targets[${i}].tls`),
    options: protocol.targetOptions.parse(target.options),
  };
}

/** Without a word in the configuration a server elsewhere must prove itself. */
function resolveTls(target: TargetConfig, key: string): TargetTls {
  const tls: TargetTlsConfig = target.tls ?? { mode: isLocal(target.address) ? 'prefer' : 'verify-full' };
  return {
    mode: tls.mode,
    ...(tls.authority && { authority: readPem(tls.authority, 'certificate', `${key}.authority`) }),
    ...(tls.certificate && tls.key && resolveIdentity({ certificate: tls.certificate, key: tls.key }, key)),
  };
}

/** A certificate and its key, of either side; `key` is where the configuration names them. */
export function resolveIdentity(tls: Omit<ListenerTls, 'required'>, key: string): TlsIdentity {
  const certificate = readPem(tls.certificate, 'certificate', `${key}.certificate`);
  const privateKey = readPem(tls.key, 'key', `${key}.key`);
  checkPair(certificate, privateKey, key);
  return {
    certificate,
    key: privateKey,
    ...(tls.authority && { authority: readPem(tls.authority, 'certificate', `${key}.authority`) }),
  };
}

/** A listener, ready to open. */
export interface Listener {
  readonly config: ListenerConfig;
  readonly tls: TlsIdentity | null;
}

/** All listeners with their certificates. Throws `config-invalid` or `file-unreadable`. */
export function resolveListeners(config: Config): Listener[] {
  return config.listeners.map((listener, i) => ({
    config: listener,
    tls: listener.tls ? resolveIdentity(listener.tls, `listeners[${i}].tls`) : null,
  }));
}
