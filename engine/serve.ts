/** The gateway as a process: from its configuration to the signal that ends it. */
import { systemClock } from '../base/clock.ts';
import type { PangateError } from '../base/errors.ts';
import type { Archive } from '../base/recording.ts';
import { protocols } from '../protocols/index.ts';
import { type ClockState, openArchive, type Recovery } from '../recorder/index.ts';
import { archiveOptions } from './archive-options.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import { type Gateway, type GatewayParts, startGateway } from './gateway.ts';
import { createLog, type GatewayLog } from './log.ts';
import { plugins } from './plugins.ts';
import { openSealing } from './sealing.ts';
import { createIdentity } from './users/identity.ts';

/** Runs until a signal has drained it. Throws what keeps it from starting. */
export async function runGateway(config: Config, gatewayVersion: string): Promise<void> {
  const log = createLog(config.log);
  const clock = systemClock;
  const identity = await createIdentity(config.users.file, clock, log);
  const onAlert = (error: Error): void => log.error({ cause: error.message }, 'recording is in trouble');
  const onRecovery = ({ outcome, ...recovery }: Recovery): void =>
    log[outcome === 'complete' || outcome === 'recovered' ? 'info' : 'error'](
      { ...recovery, outcome },
      'recording of a run that ended early',
    );
  const onState = (state: ClockState): void =>
    log[state.synced ? 'info' : 'warn'](
      { ...state, rule: config.record.clock },
      state.synced ? 'the clock is synchronised' : 'the clock is not known to be synchronised',
    );
  const sealing = await openSealing(config.record, log);
  const { notary } = sealing;
  try {
    const timekeeping = { rule: config.record.clock, onState };
    const options = { ...archiveOptions(config.record), timekeeping, notary, gatewayVersion };
    const archive = await openArchive({ ...options, onAlert, onRecovery });
    await serve({ config, archive, identity, log, clock });
  } finally {
    await sealing.stop();
    log.info({}, 'stopped');
    log.flush();
  }
}

/** What runs beside the gateway itself. */
interface Service extends Pick<GatewayParts, 'config' | 'archive' | 'identity' | 'clock'> {
  readonly log: GatewayLog;
}

async function serve({ config, archive, identity, log, clock }: Service): Promise<void> {
  try {
    await archive.log?.append({ type: 'config', digest: config.digest });
    const gateway = await startGateway({ config, protocols, identity, archive, log, clock });
    const reload = (): void => reread(gateway, archive, config.file, log);
    process.on('SIGHUP', reload);
    await endOf(gateway, log, config.limits.drainTimeoutMs);
    process.off('SIGHUP', reload);
  } finally {
    await archive.close();
  }
}

/** Certificates, targets, masks and limits of new connections; a file that is not valid changes nothing. */
function reread(gateway: Gateway, archive: Archive, file: string, log: GatewayLog): void {
  try {
    const config = loadConfig(file, plugins);
    gateway.reload(config);
    const entry = { type: 'config', digest: config.digest };
    archive.log?.append(entry).catch((error: Error) => log.error({ cause: error.message }, 'not logged'));
  } catch (error) {
    const { message, remedy = '' } = error as PangateError;
    log.error({ file, problem: message, remedy }, 'configuration not taken: the old one stays');
  }
}

/** Waits for a signal, then for the drain; the second signal ends the process where it stands. */
async function endOf(gateway: Gateway, log: GatewayLog, limitMs: number): Promise<void> {
  await signal();
  const abort = (): void => {
    gateway.destroy();
    log.warn({ sessions: gateway.sessions }, 'second signal: ended at once');
    log.flush();
    process.exit(1);
  };
  process.once('SIGTERM', abort).once('SIGINT', abort);
  await gateway.drain(limitMs);
  process.off('SIGTERM', abort).off('SIGINT', abort);
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
}
