/** A time-stamping authority for tests: `openssl ts` behind a small HTTP server (RFC 3161, 3.4). */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const CONFIG = `
[ req ]
distinguished_name = dn
[ dn ]
[ ca ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ stamp ]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ tsa ]
default_tsa = here
[ here ]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`;

/** One that runs. */
export interface TimeAuthority {
  readonly url: string;
  /** Its root, PEM. */
  readonly certificates: string;
  /** Refuses while it is false. */
  isWilling: boolean;
  readonly server: Server;
}

function openssl(cwd: string, words: string): Buffer {
  return execFileSync('openssl', words.split(' '), { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
}

const PAIR = '-newkey rsa:2048 -nodes -config conf';
const BY_ROOT = '-CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile conf -extensions stamp';

function makeKeys(folder: string): void {
  writeFileSync(join(folder, 'conf'), CONFIG);
  writeFileSync(join(folder, 'serial'), '01\n');
  openssl(folder, `req -x509 ${PAIR} -keyout ca.key -extensions ca -subj /CN=ca -days 30 -out ca.pem`);
  openssl(folder, `req ${PAIR} -keyout tsa.key -subj /CN=tsa -out tsa.csr`);
  openssl(folder, `x509 -req -in tsa.csr ${BY_ROOT} -out tsa.pem`);
}

function reply(folder: string, query: Buffer): Buffer {
  writeFileSync(join(folder, 'query'), query);
  openssl(folder, 'ts -reply -config conf -queryfile query -signer tsa.pem -inkey tsa.key -out reply');
  return readFileSync(join(folder, 'reply'));
}

/** Makes its keys in a folder and listens. */
export async function timeAuthority(folder: string): Promise<TimeAuthority> {
  makeKeys(folder);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!authority.isWilling) return void response.writeHead(503).end();
      const type = { 'content-type': 'application/timestamp-reply' };
      response.writeHead(200, type).end(reply(folder, Buffer.concat(chunks)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const authority: TimeAuthority = { url, certificates: join(folder, 'ca.pem'), isWilling: true, server };
  return authority;
}
