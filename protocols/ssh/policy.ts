/** What a person may do on a target: rules in order, the first that fits decides. Pure. */

/** Kinds of things that are asked for. */
export type Kind = 'shell' | 'exec' | 'subsystem' | 'file' | 'direct-tcpip' | 'tcpip-forward';

/** One rule of `options.rules`. It fits what one of its lists names. */
export interface Rule {
  readonly name: string;
  readonly action: 'allow' | 'deny';
  /** Kinds as a whole. */
  readonly kinds?: readonly Kind[] | undefined;
  /** Commands of `exec`, to the letter. */
  readonly commands?: readonly string[] | undefined;
  readonly subsystems?: readonly string[] | undefined;
  /** `operation:path` of SFTP: `read`, `write`, `list` or `*`; `*` at the end of the path for any characters. */
  readonly files?: readonly string[] | undefined;
  /** `host:port` of a forwarding, `*` for any host or port. */
  readonly forwards?: readonly string[] | undefined;
}

/** What is asked for: a command, the name of a subsystem, `operation:path`, `host:port`; empty for a shell. */
export interface Wish {
  readonly kind: Kind;
  readonly what: string;
}

/** What was decided, and by which rule. */
export interface Decision {
  readonly isAllowed: boolean;
  readonly rule: string;
}

/** Where no rule fits: commands and shells, and files. */
const BUILT_IN: ReadonlySet<Kind> = new Set<Kind>(['shell', 'exec', 'subsystem', 'file']);

/** Decides. Forwarding of any kind is refused unless a rule allows it. */
export function judge(rules: readonly Rule[], wish: Wish): Decision {
  const rule = rules.find((candidate) => fits(candidate, wish));
  if (rule === undefined) return { isAllowed: BUILT_IN.has(wish.kind), rule: 'built-in' };
  return { isAllowed: rule.action === 'allow', rule: rule.name };
}

function fits({ kinds, commands, subsystems, files, forwards }: Rule, { kind, what }: Wish): boolean {
  if (kinds?.includes(kind)) return true;
  if (kind === 'exec') return commands?.includes(what) ?? false;
  if (kind === 'subsystem') return subsystems?.includes(what) ?? false;
  if (kind === 'file') return files?.some((pattern) => isFile(what, pattern)) ?? false;
  return kind !== 'shell' && (forwards?.some((pattern) => isPlace(what, pattern)) ?? false);
}

/** `host:port` against `host:port`, where either half of the pattern may be `*`. */
function isPlace(place: string, pattern: string): boolean {
  const [host, port] = halves(place);
  const [wantedHost, wantedPort] = halves(pattern);
  const isHost = wantedHost === '*' || wantedHost.toLowerCase() === host.toLowerCase();
  return isHost && (wantedPort === '*' || wantedPort === port);
}

/** `operation:path` against a pattern of the same form; `/srv/x/*` is also the folder `/srv/x` itself. */
function isFile(file: string, pattern: string): boolean {
  const [operation, path] = cut(file);
  const [wanted, place] = cut(pattern);
  if (wanted !== '*' && wanted !== operation) return false;
  if (!place.endsWith('*')) return path === place;
  const prefix = place.slice(0, -1);
  return path.startsWith(prefix) || (prefix.endsWith('/') && path === prefix.slice(0, -1));
}

function cut(file: string): readonly [string, string] {
  const colon = file.indexOf(':');
  return [file.slice(0, colon), file.slice(colon + 1)];
}

function halves(place: string): readonly [string, string] {
  const colon = place.lastIndexOf(':');
  return [place.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), place.slice(colon + 1)];
}
