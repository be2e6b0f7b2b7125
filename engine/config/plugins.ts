import type { ZodType } from 'zod';

/** What the plug-ins below this floor bring into a configuration. */
export interface Plugins {
  readonly protocols: readonly {
    readonly name: string;
    readonly defaultPort: number;
    readonly targetOptions: ZodType;
  }[];
  /** Kinds of sensitive data that have a detector. */
  readonly kinds: readonly string[];
  /** Mask modes. */
  readonly masks: readonly string[];
}
