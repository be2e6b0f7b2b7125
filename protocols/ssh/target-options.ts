/** What a target of SSH may say under `options:`. docs/protocols/ssh.md. */
import * as z from 'zod';
import type { FileChoice } from './files/parts.ts';
import type { KeepAliveOptions } from './keep-alive.ts';
import { isPin } from './pins.ts';
import type { Rule } from './policy.ts';

/** Checked and completed. */
export interface TargetOptions {
  readonly hostKeys: readonly string[];
  readonly env: readonly string[];
  readonly rules: readonly Rule[];
  readonly tripwires: readonly Tripwire[];
  readonly files: FileChoice;
  readonly keepAlive: KeepAliveOptions;
}

/** What raises an alert when it is typed. */
export interface Tripwire {
  readonly name: string;
  readonly text: string;
}

const words = (what: string) => z.array(z.string().min(1).max(4096).meta({ description: what })).max(1000);

const place = z
  .string()
  .regex(/^[^\s:]{1,255}:(\d{1,5}|\*)$|^\[[0-9a-fA-F:.]+\]:(\d{1,5}|\*)$/)
  .meta({ description: '`host:port`, `*` for any host or port' });

const kind = z
  .enum(['shell', 'exec', 'subsystem', 'file', 'direct-tcpip', 'tcpip-forward'])
  .meta({ description: '`shell`, `exec`, `subsystem`, `file`, `direct-tcpip` or `tcpip-forward`' });

const file = z
  .string()
  .max(4096)
  .regex(/^(read|write|list|\*):(\/|\*$)/)
  .meta({
    description: '`read:/path`, `write:/path`, `list:/path` or `*:/path`; `*` at its end for any characters',
  });

const rule = z
  .strictObject({
    name: z.string().min(1).max(63).meta({ description: "the rule's name in recordings" }),
    action: z.enum(['allow', 'deny']).meta({ description: '`allow` or `deny`' }),
    kinds: z.array(kind).optional().meta({ description: 'a list of kinds, each as a whole' }),
    commands: words('a command, to the letter').optional().meta({ description: 'a list of commands' }),
    subsystems: words("a subsystem's name: `sftp`").optional().meta({ description: 'a list of subsystems' }),
    files: z.array(file).max(1000).optional().meta({ description: 'a list of `operation:path` of SFTP' }),
    forwards: z.array(place).max(1000).optional().meta({ description: 'a list of `host:port`' }),
  })
  .meta({ description: 'a rule: `{ name: only-uptime, action: allow, commands: [uptime] }`' });

const tripwire = z
  .strictObject({
    name: z.string().min(1).max(63).meta({ description: "the alert's name in recordings" }),
    text: z.string().min(2).max(256).meta({ description: 'what is typed, in any case of letters' }),
  })
  .meta({ description: "an alert: `{ name: wipes, text: 'rm -rf' }`" });

const files = z
  .strictObject({
    binary: z
      .enum(['mask', 'refuse', 'alert'])
      .default('refuse')
      .meta({ description: 'for card data in a file that is no text: `mask`, `refuse` or `alert`' }),
    writes: z
      .enum(['pass', 'alert', 'refuse'])
      .default('alert')
      .meta({ description: 'for card data in what clients write: `pass`, `alert` or `refuse`' }),
    streams: z
      .enum(['mask', 'refuse'])
      .default('mask')
      .meta({ description: 'for copies that show no files, `scp -O` and rsync: `mask` or `refuse`' }),
  })
  .meta({ description: 'what is done with card data in files' });

const keepAlive = z
  .strictObject({
    intervalMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(60_000)
      .meta({ description: 'silence after which the client or the server is asked, in ms; 0 for never' }),
    missedMax: z
      .int()
      .min(0)
      .max(100)
      .default(2)
      .meta({ description: 'how many questions in a row may stay without an answer' }),
  })
  .meta({ description: 'when a silent end counts as gone: `{ intervalMs: 60000, missedMax: 2 }`' });

export const targetOptions: z.ZodType<TargetOptions> = z
  .strictObject({
    hostKeys: z
      .array(
        z.string().max(16_384).refine(isPin, 'no host key').meta({
          description: "a server's host key: `SHA256:...`, or a line of a known_hosts file",
        }),
      )
      .min(1)
      .max(100)
      .meta({
        description: 'a list of the host keys that the server may show: `ssh-keyscan HOST` prints them',
      }),
    env: words('a name of an environment variable, `*` at its end for any characters')
      .default(['LANG', 'LANGUAGE', 'LC_*', 'COLORTERM', 'NO_COLOR', 'TZ', 'GIT_PROTOCOL'])
      .meta({ description: 'a list of the environment variables that clients may set' }),
    rules: z
      .array(rule)
      .max(1000)
      .default([])
      .meta({ description: 'a list of rules; the first that fits decides' }),
    tripwires: z
      .array(tripwire)
      .max(100)
      .default([])
      .meta({ description: 'a list of what raises an alert when it is typed; it stops nothing' }),
    files: files.prefault({}),
    keepAlive: keepAlive.prefault({}),
  })
  .meta({ description: 'Options of an SSH target.' });
