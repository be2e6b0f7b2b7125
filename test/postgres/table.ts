/** docs/protocols/postgres.md, made from the protocol's own table. */
import { fromClient, fromServer, type Message } from '../../protocols/postgres/messages.ts';

const HEAD = `# PostgreSQL: what happens to each message

The gateway speaks protocol 3.0; clients that ask for 3.2 are negotiated down. Every message of the
protocol is in one of these tables, and what is not ends the session: nothing is forwarded that is not
understood. The tables are made from the code's own (\`protocols/postgres/messages.ts\`).

| treatment | meaning |
| --- | --- |
| mask | server data: searched, masked, recorded, then sent |
| judge | a request: recorded masked, then sent on as it came |
| pass | understood, and carries no data to a person |
| own | the gateway answers or makes it itself; it never crosses |
| refuse | answered with an error; the session ends |
`;

const TAIL = `## Where values are masked

- **DataRow.** A column rule masks every value of its column: characters are overwritten, any other type
  becomes NULL. Without a rule, characters are searched and overwritten in place; \`bigint\`, \`numeric\` and
  \`double precision\` become NULL when they hold a card number, as text and as binary; arrays, composites,
  \`jsonb\` and \`bytea\` are searched inside, and what is found there keeps its length. With \`numbers: zeros\`
  a card number in such a column becomes another number of as many digits, zeros where the mask hides them.
- **Column rules** hold by the column of origin (through aliases, cursors, prepared statements and views that
  carry the column under another name) and by the output name. An expression, or a table that only this
  transaction knows, is masked if the statement's text names a protected column.
- **Execute without Describe.** The gateway describes the portal itself, just before, and keeps the answer.
- **COPY TO STDOUT.** The gateway describes a SELECT of the same columns first. A COPY whose columns cannot be
  told is refused when column rules are on.
- **Large messages.** Rows and COPY data over ${'`messageHeldBytesMax`'} are taken, searched and sent in pieces. A
  binary value that can only be judged whole (a composite, an array of numbers) ends the session with an error.

## Not covered

- Lineage is by name: a protected column that goes through a function body, a temporary table or
  \`row_to_json\` is found by what it looks like (card numbers are; a bare verification code is not).
- GSSAPI encryption and login, channel binding, and replication are refused.
`;

/** The page as it must stand in docs/. */
export function page(): string {
  return `${HEAD}\n## From the server\n\n${table(fromServer)}\n## From the client\n\n${table(fromClient)}\n${TAIL}`;
}

function table(messages: readonly Message[]): string {
  const rows = messages.map(
    ({ name, type, act, note }) => `| ${name} | ${type ? `\`${type}\`` : ''} | ${act} | ${note} |`,
  );
  return `| message | type | treatment | remark |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
