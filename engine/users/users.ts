/** The users file: who may log in, to which targets, until when. docs/configuration.md. */
import { existsSync } from 'node:fs';
import * as z from 'zod';
import { PangateError } from '../../base/errors.ts';
import type { Source } from '../config/document.ts';
import { parseText } from '../config/document.ts';
import { explain, type JsonSchema } from '../config/explain.ts';
import { readText } from '../config/file.ts';
import { ConfigError } from '../config/problem.ts';
import { parseVerifier } from './scram.ts';

/** One user as the file has it. */
export interface User {
  readonly id: string;
  /** PostgreSQL's `SCRAM-SHA-256$...` form. */
  readonly scram: string;
  /** Public keys, each as OpenSSH writes one: algorithm, base64, comment. */
  readonly keys: readonly string[];
  readonly groups: readonly string[];
  /** Names of targets; `*` for all. */
  readonly targets: readonly string[];
  /** RFC 3339; without it never. */
  readonly expires?: string;
  readonly disabled: boolean;
}

/** The whole file. */
export interface Users {
  /** Key of the decoys that unknown names get, base64; shared by all gateways that share the file. */
  readonly decoyKey?: string;
  readonly users: readonly User[];
}

const USERS_MAX = 100_000;

/** What an id may be: no spaces, no control characters, no `#` (it parts user and host in SSH). */
export const ID_PATTERN: RegExp = /^[^\s\p{C}#:/\\]{1,128}$/u;

/** The key of a line `algorithm base64 comment`, as it goes over the wire; null where it is none. */
export function keyBlob(line: string): Buffer | null {
  const [, name, base64] =
    /^([a-z0-9@.-]{1,64}) ([A-Za-z0-9+/]{20,4096}={0,2})(?: |$)/.exec(line.trim()) ?? [];
  if (name === undefined || base64 === undefined) return null;
  const blob = Buffer.from(base64, 'base64');
  const length = blob.length > 4 ? blob.readUInt32BE(0) : 0;
  return blob.subarray(4, 4 + length).toString('latin1') === name ? blob : null;
}

function usersShape(): z.ZodType<Users> {
  const words = (description: string) =>
    z.array(z.string().min(1).max(128)).max(1000).meta({ description }).default([]);
  const user = z.strictObject({
    id: z.string().regex(ID_PATTERN).meta({ description: 'a name without spaces, `#`, `:` and `/`' }),
    scram: z
      .string()
      .refine((text) => parseVerifier(text) !== null, 'no verifier')
      .meta({ writeOnly: true, description: 'a SCRAM-SHA-256 verifier: `pangate user token ID` makes one' }),
    keys: z
      .array(
        z
          .string()
          .refine((text) => keyBlob(text) !== null, 'no public key')
          .meta({ description: 'a public key as one line: `ssh-ed25519 AAAA... comment`' }),
      )
      .max(100)
      .meta({ description: 'a list of public keys' })
      .default([]),
    groups: words('a list of group names'),
    targets: words('a list of target names, or `*` for all'),
    expires: z.iso
      .datetime({ offset: true })
      .meta({ description: 'a time such as 2030-01-31T12:00:00Z' })
      .exactOptional(),
    disabled: z.boolean().default(false).meta({ description: 'true or false' }),
  });
  return z.strictObject({
    decoyKey: z
      .string()
      .regex(/^[A-Za-z0-9+/]{43}=$/)
      .meta({ writeOnly: true, description: '32 random bytes in base64' })
      .exactOptional(),
    users: z.array(user).max(USERS_MAX).default([]).meta({ description: 'a list of users' }),
  });
}

const SHAPE: z.ZodType<Users> = usersShape();

/** Reads and checks a users file. Throws `file-unreadable` or a ConfigError with every problem. */
export function readUsers(file: string): Users {
  if (!existsSync(file))
    throw new PangateError(
      'file-unreadable',
      `there is no users file ${file}`,
      'Add the first user: pangate user add ID --target NAME',
    );
  return checkUsers(parseText(file, readText(file)));
}

/** Checks what was parsed; an empty file holds no users. */
export function checkUsers(source: Source): Users {
  const parsed = SHAPE.safeParse(source.value ?? {});
  if (!parsed.success) {
    const schema = z.toJSONSchema(SHAPE, { io: 'input' }) as JsonSchema;
    throw new ConfigError(source.file, explain(source, schema, parsed.error.issues));
  }
  refuseDoubles(source, parsed.data);
  return parsed.data;
}

function refuseDoubles(source: Source, { users }: Users): void {
  const seen = new Set<string>();
  const problems = users.flatMap(({ id }, i) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const path = ['users', i, 'id'];
    const what = 'an id that an earlier user has';
    return [
      { file: source.file, ...source.place(path), path: `users[${i}].id`, what, remedy: 'Keep one of them.' },
    ];
  });
  if (problems.length > 0) throw new ConfigError(source.file, problems);
}
