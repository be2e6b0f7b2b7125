/** Ansible through the gateway: a module and a file, copied in both of its ways. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { run } from '../clients/run.ts';
import { missing } from '../servers/available.ts';
import { type Front, startFront } from './front.ts';

test('Ansible copies modules and files', {
  skip: missing('ssh', 'sshd', 'ssh-keygen', 'ansible'),
}, async (t) => {
  const front = await startFront(t);
  for (const method of ['sftp', 'scp']) await ansible(t, front, method);
});

async function ansible(t: Test, { folder, clientConfig }: Front, method: string): Promise<void> {
  const [source, target] = [join(folder, 'source.conf'), join(folder, `target.${method}`)];
  writeFileSync(source, 'key = value\n'.repeat(1000));
  writeFileSync(join(folder, 'hosts'), 'gw ansible_python_interpreter=/usr/bin/python3\n');
  const environment = {
    HOME: folder,
    ANSIBLE_HOST_KEY_CHECKING: 'False',
    ANSIBLE_SSH_ARGS: `-F ${clientConfig}`,
    ANSIBLE_SCP_EXTRA_ARGS: '-O',
    ANSIBLE_SSH_TRANSFER_METHOD: method,
    ANSIBLE_LOCAL_TEMP: join(folder, 'local'),
    ANSIBLE_REMOTE_TMP: join(folder, 'remote'),
  };
  const words = ['gw', '-i', join(folder, 'hosts'), '-m', 'copy', '-a', `src=${source} dest=${target}`];
  const done = await run('ansible', words, { environment });
  t.equal(done.code, 0, `${method}: ${done.stdout}${done.stderr}`);
  t.match(String(done.stdout), 'CHANGED');
  t.equal(readFileSync(target, 'utf8'), readFileSync(source, 'utf8'), method);
}
