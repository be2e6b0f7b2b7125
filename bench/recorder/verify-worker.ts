/** Verifies the recordings that it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import { verifyRecording } from '../../recorder/index.ts';

const port = parentPort!;
port.on('message', async (path: string) => {
  const { status } = await verifyRecording(path);
  port.postMessage(status);
});
port.postMessage('ready');
