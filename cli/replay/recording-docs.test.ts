/** The commands of docs/recording.md up to its redaction, in their order. */
import { test } from 'tap';
import { commandsOf, runDocumented } from '../../test/recorder/documented.ts';

test('what docs/recording.md says of encryption, retention and redaction does what it says', async (t) => {
  const commands = ['Encryption', 'Retention', 'Redaction'].flatMap(commandsOf);
  t.ok(commands.length > 15);
  const output = await runDocumented(t, commands);
  t.match(output[4], /select 2/);
  t.match(output.at(-1), /^VALID-REDACTED/);
});
