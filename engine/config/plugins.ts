import type { ZodType } from 'zod';

/** What the plug-ins below this floor bring into a configuration. */
export interface Plugins {
  readonly protocols: readonly {
    readonly name: string;
    readonly defaultPort: number;
    readonly targetOptions: ZodType;
    /** Null: targets only, no listeners. */
    readonly serve: unknown;
  }[];
  /** Kinds of sensitive data that have a detector; a column may be said to hold one. */
  readonly detectors: readonly string[];
  /** Issuers of cards, of whose numbers some may have no valid check digit. */
  readonly brands: readonly string[];
  /** Mask modes. */
  readonly masks: readonly string[];
}
