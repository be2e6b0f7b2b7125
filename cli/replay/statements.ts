/** Statements of a recording, without its results. */
import { type Identity, openRecording } from '../../recorder/index.ts';
import { textIn } from './session.ts';

/** Texts of statements and URLs of requests; segments without any are not decoded. */
export async function* statementsOf(path: string, identities: readonly Identity[]): AsyncGenerator<string> {
  const recording = await openRecording(path, identities);
  try {
    const wants = ({ statements }: { readonly statements: number }): boolean => statements > 0;
    const onDamage = (): void => undefined;
    for await (const { type, data } of recording.records({ depth: 'quick', wants, onDamage })) {
      if (type === 'sql.q') yield textIn(data, 'text');
      if (type === 'http.req') yield textIn(data, 'url');
    }
  } finally {
    await recording.close();
  }
}
