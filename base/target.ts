/** Where a session goes: one server, with the credentials that the client never sees. */
export interface Target {
  readonly name: string;
  /** Name of the protocol plug-in. */
  readonly protocol: string;
  /** Host name or address; a path that starts with `/` is a Unix socket's. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Fetched anew for each login, so that rotation needs no restart; null where none is set. */
  readonly password: (() => Promise<string>) | null;
  /** A private key in a password's place, fetched likewise. */
  readonly key: (() => Promise<string>) | null;
  readonly tls: TargetTls;
  /** What the plug-in's own schema has validated. */
  readonly options: unknown;
}

/** `disable` and `prefer` as libpq names them; `verify-full` checks chain and name. PEM texts. */
export interface TargetTls {
  readonly mode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
}
