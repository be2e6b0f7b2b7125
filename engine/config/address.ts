/** Addresses as people write them: `host:port`, `[v6]:port`, `:port`, or a Unix socket's path. */
import { isIPv6 } from 'node:net';

/** A TCP end (port null: the protocol's own) or a Unix socket. */
export type Address = { readonly host: string; readonly port: number | null } | { readonly socket: string };

const PORT_MAX = 65_535;

/** Null where the text is no address. An empty host (`:6432`) means every interface. */
export function parseAddress(text: string): Address | null {
  if (text.startsWith('/')) return { socket: text };
  if (isIPv6(text)) return { host: text, port: null };
  const match = /^(?:\[([^\]]+)\]|([A-Za-z0-9_.-]*))(?::([0-9]{1,5}))?$/.exec(text);
  if (match === null || text === '' || (match[1] && !isIPv6(match[1]))) return null;
  const port = match[3] ? Number(match[3]) : null;
  return port !== null && port > PORT_MAX ? null : { host: match[1] || match[2] || '::', port };
}

/** The text that parses to this address. */
export function formatAddress(address: Address): string {
  if ('socket' in address) return address.socket;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return address.port === null ? host : `${host}:${address.port}`;
}

/** True if what is sent there never leaves this machine. */
export function isLocal(address: Address): boolean {
  if ('socket' in address) return true;
  return /^(127(\.\d{1,3}){3}|::1|localhost)$/.test(address.host);
}
