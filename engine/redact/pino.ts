/**
 * An application's own log, redacted in its process: `import { redacting } from 'pangate/pino'`
 * around a destination, or `pino.transport({ target: 'pangate/pino' })` on a thread of its own.
 */
import { Writable } from 'node:stream';
import { type DestinationStream, destination } from 'pino';
import { text, utf8 } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { ANYWHERE } from '../../base/finding.ts';
import { createCleaner } from '../cleaner.ts';
import type { MaskConfig } from '../config/config.ts';
import { withMask } from '../config/rules.ts';
import { defaultRules } from '../mask-rules.ts';

/** What the transport takes as `options`. */
export interface TransportOptions {
  /** Path of a file, or a file descriptor; standard output if not set. */
  readonly destination?: string | number;
  /** As `mask` in docs/configuration.md, over the built-in rules. */
  readonly mask?: Partial<MaskConfig>;
}

/** Passes each line on, masked. Throws `config-invalid` for masks that cannot hold. */
export function redacting(to: DestinationStream, mask: Partial<MaskConfig> = {}): DestinationStream {
  const cleaner = createCleaner(withMask(defaultRules, mask));
  // Pino takes its first argument for options unless it says that it is writable.
  const redactor = { writable: true, write: (line: string) => to.write(cleanLine(cleaner, line)) };
  return redactor;
}

/** For `pino.transport`: a stream that ends when all is written. */
export default function transport(options: TransportOptions = {}): Writable {
  const cleaner = createCleaner(withMask(defaultRules, options.mask ?? {}));
  const sink = destination({ dest: options.destination ?? 1, sync: false });
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done): void {
      const all = rest + String(chunk);
      const end = all.lastIndexOf('\n') + 1;
      rest = all.slice(end);
      if (end === 0 || sink.write(cleanLine(cleaner, all.slice(0, end)))) done();
      else sink.once('drain', done);
    },
    final(done): void {
      if (rest) sink.write(cleanLine(cleaner, rest));
      sink.once('close', done);
      sink.end();
    },
  });
}

function cleanLine(cleaner: Cleaner, line: string): string {
  const bytes = utf8(line);
  const clean = cleaner.clean(bytes, ANYWHERE);
  return text(clean);
}
