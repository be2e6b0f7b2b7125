/** What a target of SSH may say under `options:`. docs/protocols/ssh.md. */
import * as z from 'zod';
import { isPin } from './pins.ts';

const words = (description: string) => z.array(z.string().min(1).max(4096).meta({ description })).max(1000);

/** Checked and completed. */
export interface TargetOptions {
  readonly hostKeys: readonly string[];
  readonly env: readonly string[];
}

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
    env: words('a name of an environment variable, `*` for any characters')
      .default(['LANG', 'LANGUAGE', 'LC_*', 'COLORTERM', 'NO_COLOR', 'TZ', 'GIT_PROTOCOL'])
      .meta({ description: 'a list of the environment variables that clients may set' }),
  })
  .meta({ description: 'Options of an SSH target.' });
