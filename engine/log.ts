/** The gateway's log: pino, on standard error. Fields and messages never hold a payload byte. */
import { Writable } from 'node:stream';
import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import type { Log } from '../base/host.ts';
import type { LogConfig } from './config/config.ts';

/** Names whose values never reach the log, should one ever be given. */
const SECRET_NAMES = ['password', 'token', 'secret', 'key', 'scram', 'authorization'];

/** A log that can be made sure of before the process ends. */
export interface GatewayLog extends Log {
  flush(): void;
}

/** Opens the log; `sink` takes the lines in place of standard error. */
export function createLog(config: LogConfig, sink?: DestinationStream): GatewayLog {
  const stderr = destination({ dest: 2, sync: false });
  const out = sink ?? (config.format === 'pretty' ? prettyStream(process.stderr) : stderr);
  const logger = pino(
    {
      level: config.level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    out,
  );
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush: () => stderr.flushSync(),
  };
}

/** Lines for people: time, level, message, then the fields. */
export function prettyStream(out: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _encoding, done): void {
      out.write(pretty(String(line)));
      done();
    },
  });
}

function pretty(line: string): string {
  const { time, level, msg, pid: _, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${plain(value)}`);
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${msg}${rest.length > 0 ? `  ${rest.join(' ')}` : ''}\n`;
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
