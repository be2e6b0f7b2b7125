/** The store that the configuration names. */
import { FolderStore, S3Store, type Store } from '../recorder/index.ts';
import type { StoreConfig } from './config/config.ts';
import { readSecret } from './config/secret.ts';

/** Null where none is named. Secrets are read at each request, so that rotation needs no restart. */
export function storeOf(config: StoreConfig | undefined): Store | null {
  if (config?.folder !== undefined) return new FolderStore(config.folder);
  if (config?.s3 === undefined) return null;
  const { accessKey, secretKey, ...bucket } = config.s3;
  return new S3Store({
    ...bucket,
    credentials: async () => ({
      accessKey: await readSecret(accessKey, 'record.store.s3.accessKey'),
      secretKey: await readSecret(secretKey, 'record.store.s3.secretKey'),
    }),
  });
}
