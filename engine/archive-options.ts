/** What the configuration says about recordings, in the recorder's own terms. */
import type { ArchiveOptions } from '../recorder/index.ts';
import type { RecordConfig } from './config/config.ts';
import { storeOf } from './store.ts';

/** All of `record:` that the archive itself takes. */
export function archiveOptions(
  record: RecordConfig,
): Omit<ArchiveOptions, 'gatewayVersion' | 'notary' | 'onAlert'> {
  const { directory, mode, durability, encryption = null, disk, retention } = record;
  const space = {
    reserveBytes: disk.reserveBytes,
    alarmShare: disk.alarmPercent / 100,
    refuseShare: disk.refusePercent / 100,
  };
  const retainDaysOf = (target: string): number => retention.targets[target] ?? retention.retainDays;
  return { directory, mode, durability, encryption, space, retainDaysOf, store: storeOf(record.store) };
}
