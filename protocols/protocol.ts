import type { ZodType } from 'zod';
import type { Host } from '../base/host.ts';
import type { Wire } from '../base/wire.ts';

/** One protocol plug-in: a folder of this floor and a line in index.ts. */
export interface Protocol {
  readonly name: string;
  readonly defaultPort: number;
  /** Validates what a target of this protocol may say under `options:`. */
  readonly targetOptions: ZodType;
  /** Serves one accepted connection from its first byte to its last. */
  serve(client: Wire, host: Host): Promise<void>;
}
