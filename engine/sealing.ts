/** The sealer of a gateway: started beside it, or one that runs by itself. */
import { join } from 'node:path';
import { connectSealer, LOG_FOLDER, type Notary, startSealer } from '../recorder/index.ts';
import type { RecordConfig } from './config/config.ts';
import type { GatewayLog } from './log.ts';

/** What signs the recordings, and what ends it. */
export interface Sealing {
  /** Null where recordings are not signed. */
  readonly notary: Notary | null;
  stop(): Promise<void>;
}

/** As the configuration says. Throws `record-failed` if there is no sealer. */
export async function openSealing(config: RecordConfig, log: GatewayLog): Promise<Sealing> {
  const folder = join(config.directory, LOG_FOLDER);
  if (config.sealer === 'off') return { notary: null, stop: async () => undefined };
  if (config.sealer === 'external') {
    const notary = await connectSealer(folder);
    return { notary, stop: () => notary.close() };
  }
  return await startSealer({
    folder,
    durability: config.durability,
    witnesses: config.witnesses,
    ...(config.timestamps && { timestamps: config.timestamps }),
    onNotice: (text) => log.warn({ cause: text }, 'the sealer has something to say'),
    onTrouble: (error) => log.error({ cause: error.message }, 'the sealer is started again'),
  });
}
