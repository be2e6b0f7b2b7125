/** docs/protocols/sftp.md, made from the protocol's own tables. */
import { answers, extensions, type Form, requests } from '../../protocols/ssh/files/messages.ts';

const HEAD = `# SFTP: what happens to each message

The gateway speaks version 3 of the SSH File Transfer Protocol (draft-ietf-secsh-filexfer-02) on both
sides, whatever a client asks for, with the extensions of OpenSSH that are named below. A server's other
extensions are left out of what clients hear. A request that stands in no table is answered with
OP_UNSUPPORTED; a packet that does not parse ends the channel, with words on standard error and the status
126. The tables are made from the code's own (\`protocols/ssh/files/messages.ts\`).

| treatment | meaning |
| --- | --- |
| judge | by the rules of the target (\`rules[].files\`), then recorded, then sent on as it came |
| pass | recorded, then sent on as it came |
| mask | searched, masked where it stands and recorded, then sent |
| own | the gateway answers or makes it itself |
`;

const TAIL = `## How files are searched

- **Reads.** The server is asked for what stands around each READ as well: 384 bytes before and 256 behind with the
  built-in detectors, so far as a value can begin before and be decided behind. So each answer is searched by itself;
  reads may be pipelined, out of order, of any length, at any offset, and none waits for another. An answer has the
  length that it would have: a server that gives less than it was asked for is asked again. \`limits@openssh.com\` is
  answered with what the gateway can read at once.
- **Masks keep lengths.** Sizes, offsets and what is resumed stay true. A mask that would change a length becomes
  asterisks. Names in listings, links and messages are masked likewise; a masked name opens nothing.
- **Text and others.** A file is no text once a NUL byte was read from it. Text is masked. In any other file a mask could
  do damage, and \`files.binary\` says what happens to one that would be changed: \`refuse\` (the default) ends its reads
  with PERMISSION_DENIED, \`mask\` masks it, \`alert\` sends it as it is and records an alert. Files in which nothing is
  found pass.
- **Nothing changes in silence.** Who closes a file that was masked is told on standard error how many values were,
  and in the message of the answer to CLOSE; OpenSSH's sftp and scp print the former, libraries give the latter or
  nothing. A refusal is told in both ways too. The recording has the counts. At most 100 such lines come in a channel.
- **Writes** go to the server as they came. They are searched in the order in which they come, and recorded masked.
  \`files.writes: alert\` (the default) raises an alert for a file with card data, \`pass\` counts it, \`refuse\` answers
  with PERMISSION_DENIED from the write on with which a value is complete; what came before it is on the server then.
  Digits that stand at the end of a write are judged as if nothing followed. A value that is written piece by piece out
  of order is not seen.

What is compressed, encrypted or encoded is not looked into; a file that changes while it is read can show halves of a
number that was never there as a whole.

## Rules

\`\`\`yaml
rules:
  - { name: read-only, action: deny, files: ['write:*'] }
  - { name: no-keys, action: deny, files: ['*:/root/.ssh/*', '*:/etc/ssl/private/*'] }
\`\`\`

\`read\`, \`write\` and \`list\` stand in the tables. Paths are compared as they were asked for, without \`.\` and \`..\`, relative
ones from where the server says that they begin. Symbolic links, and folders that are renamed, lead past a rule that
denies paths: what must not be reached belongs behind the server's own permissions, or nothing but what may be reached
behind a rule that allows it, followed by one that denies \`*:*\`. REALPATH always passes: it names, and opens nothing.

## Limits

512 requests wait at the server at once, a client's others in the gateway, within the window; 1,024 files are open in a
channel; packets have 256 KiB, paths 16,384 characters.

## Recordings

Every request but READ and WRITE is a record (\`tty.file\` in [pgr-v1](../formats/pgr-v1.md)), with path, flags and outcome;
what changes something is recorded before it goes to the server. Reads and writes are told as stretches, before they
pass, and when the file is closed with bytes, values and the SHA-256 of what passed, masked, if it passed in order. The
bytes themselves are recorded, masked, up to \`record.results.bytesMax\` for each file. \`pangate replay export --format jsonl\` has all of it.

## Not covered

- Versions 4 to 6, and extensions of other servers (check-file, md5-hash, versions, text files with other line ends).
- \`copy-data\` and links change what lies on the server without passing through the gateway.
`;

const WORDS: Readonly<Record<string, string>> = {
  open: 'read, write',
  read: 'read',
  write: 'write',
  list: 'list',
};

/** The page as it must stand in docs/. */
export function page(): string {
  const own = '| INIT | own | | version 3, without extensions |\n';
  return [
    HEAD,
    `## From the client\n\n${table(requests, own)}`,
    `### Extensions\n\n${table(extensions, '')}`,
    `## From the server\n\n| answer | treatment | remark |\n| --- | --- | --- |\n${answers
      .map(({ name, act, note }) => `| ${name} | ${act} | ${note} |\n`)
      .join('')}`,
    TAIL,
  ].join('\n');
}

function table(forms: readonly Form[], first: string): string {
  const rows = forms.map(({ name, operation, note }) => {
    const act = operation === null ? 'pass' : 'judge';
    return `| ${name} | ${act} | ${operation === null ? '' : WORDS[operation]} | ${note} |\n`;
  });
  return `| request | treatment | rules take it for | remark |\n| --- | --- | --- | --- |\n${first}${rows.join('')}`;
}
