/**
 * The configuration after it was read, checked and completed: what docs/configuration.md
 * describes. Paths are absolute; secrets are references, never values.
 */
import type { Limits } from '../../base/limits.ts';
import type { Held } from '../../detectors/index.ts';
import type { NumberMask } from '../mask-rules.ts';
import type { Address } from './address.ts';

/** The whole of it. */
export interface Config {
  /** The file it was read from. */
  readonly file: string;
  /** SHA-256 in hex of the configuration as `config dump` prints it; stands in every recording. */
  readonly digest: string;
  readonly version: 1;
  readonly listeners: readonly ListenerConfig[];
  readonly targets: readonly TargetConfig[];
  readonly users: { readonly file: string };
  readonly mask: MaskConfig;
  readonly record: RecordConfig;
  /** What the file says about limits over the defaults of base/limits.ts. */
  readonly limits: Limits;
  readonly log: LogConfig;
}

/** An address where clients connect. */
export interface ListenerConfig {
  readonly name: string;
  readonly protocol: string;
  readonly address: Address;
  readonly tls?: ListenerTls;
  /** Folder of the host keys by which this listener proves itself, for protocols that have such. */
  readonly hostKeys?: string;
  /** The one target of this listener; without it the client names one. */
  readonly target?: string;
}

/** Paths of PEM files. */
export interface ListenerTls {
  readonly certificate: string;
  readonly key: string;
  /** Authorities whose client certificates are accepted. */
  readonly authority?: string;
  /** Clients without TLS are refused. */
  readonly required: boolean;
}

/** A server behind the gateway. */
export interface TargetConfig {
  readonly name: string;
  readonly protocol: string;
  readonly address: Address;
  readonly user: string;
  readonly password?: SecretSource;
  /** A private key. */
  readonly key?: SecretSource;
  readonly tls?: TargetTlsConfig;
  /** As the protocol's own schema has validated it. */
  readonly options: unknown;
  /** Takes the place of the general rules for the kinds and columns that it names. */
  readonly mask?: Partial<MaskConfig>;
}

/** TLS towards a server; paths of PEM files. */
export interface TargetTlsConfig {
  readonly mode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Where a secret is; read anew at each use, so that rotation needs no restart. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** What is masked, over the built-in rules. */
export interface MaskConfig {
  /** By detector kind: `off` or a mask mode; a kind that is not named keeps its default. */
  readonly detectors: Readonly<Record<string, string>>;
  readonly columns: readonly ColumnConfig[];
  /** Detectors of the operator's own; the first of two with one name has it. */
  readonly expressions?: readonly ExpressionConfig[];
  /** Brands of whose numbers a card field may hold one without a valid check digit. */
  readonly uncheckedBrands?: readonly string[];
  /** What a number becomes that is found in a numeric column. */
  readonly numbers?: NumberMask;
  /** What one finding may make a stream hold back. */
  readonly held?: Held;
  readonly keys?: MaskKeysConfig;
}

/** What a regular expression finds. */
export interface ExpressionConfig {
  readonly name: string;
  /** In the syntax of RE2. */
  readonly pattern: string;
  readonly ignoreCase: boolean;
  /** Most bytes of a finding. */
  readonly lengthBytesMax: number;
  readonly mask: string;
}

/** Where the keys of the masks `token` and `fpe` are. */
export interface MaskKeysConfig {
  /** The one of `keys` that new tokens are made with, by its id. */
  readonly token?: { readonly current: string; readonly keys: Readonly<Record<string, SecretSource>> };
  readonly fpe?: {
    readonly key: SecretSource;
    /** In hexadecimal, up to 32 bytes. */
    readonly tweak: string;
    readonly scope: 'whole' | 'middle';
    readonly checkDigit: 'wrong' | 'valid';
  };
}

/** Columns that are masked whole, whatever they hold. */
export interface ColumnConfig {
  readonly name: string;
  /** `column`, `table.column`; `*` stands for any characters. */
  readonly columns: readonly string[];
  readonly kind: string;
  readonly mask: string;
}

/** Where and how sessions are recorded. */
export interface RecordConfig {
  readonly directory: string;
  readonly mode: 'strict' | 'best-effort';
  /** What a record survives before the client sees an answer: a power cut, or a crash of pangate. */
  readonly durability: 'disk' | 'process';
  /** How long recordings are kept. */
  readonly retention: RetentionConfig;
  /** vkeys of those who may approve redactions. */
  readonly approvers: readonly string[];
  /** What is done about a full disk. */
  readonly disk: DiskConfig;
  /** Whether strict sessions need a clock that is synchronised. */
  readonly clock: 'required' | 'warn' | 'off';
  /** Who signs: a process that `serve` starts, one that runs by itself, or nobody. */
  readonly sealer: 'started' | 'external' | 'off';
  /** Without it complete recordings are copied nowhere. */
  readonly store?: StoreConfig;
  /** Who cosigns the log: its address and vkey. */
  readonly witnesses: readonly { readonly url: string; readonly key: string }[];
  /** Without it no authority stamps the log with the time. */
  readonly timestamps?: { readonly url: string; readonly everySeconds: number };
  /** Without it recordings are plain. */
  readonly encryption?: EncryptionConfig;
  /** Per statement; what is beyond is committed to by its hash. `all`: no cap; 0: statements only. */
  readonly results: { readonly rowsMax: number | 'all'; readonly bytesMax: number | 'all' };
}

/** A folder or a bucket, not both. */
export interface StoreConfig {
  readonly folder?: string;
  readonly s3?: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    readonly prefix: string;
    readonly lock: 'compliance' | 'governance' | 'none';
    readonly accessKey: SecretSource;
    readonly secretKey: SecretSource;
  };
}

/** Days; -1 for ever. */
export interface RetentionConfig {
  readonly retainDays: number;
  /** On the gateway's own disk. */
  readonly hotDays: number;
  readonly deleteAfterDays: number;
  /** By name of the target, in place of `retainDays`. */
  readonly targets: Readonly<Record<string, number>>;
}

/** Room on the disk of the recordings. */
export interface DiskConfig {
  /** Held in a file, for the last words of sessions when there is no other room. */
  readonly reserveBytes: number;
  readonly alarmPercent: number;
  readonly refusePercent: number;
}

/** Who can read recordings. */
export interface EncryptionConfig {
  /** Public keys: `pangate keys recipient` makes them. */
  readonly recipients: readonly string[];
  /** Folder of the key that a start needs to complete what a crash has left. */
  readonly journalKeys?: string;
}

/** The log on standard error. */
export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'json' | 'pretty';
}
