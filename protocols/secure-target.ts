import type { Target } from '../base/target.ts';
import type { SecureOptions } from '../base/wire.ts';

/** How the gateway's own side of a TLS handshake with a target's server is to be done, by its mode. */
export function secureTarget({ host, tls }: Target): SecureOptions {
  const { mode, authority, certificate, key } = tls;
  return {
    side: 'client',
    verify: mode === 'verify-ca' || mode === 'verify-full',
    ...(mode === 'verify-full' ? { serverName: host } : {}),
    ...(authority ? { authority } : {}),
    ...(certificate && key ? { identity: { certificate, key } } : {}),
  };
}
