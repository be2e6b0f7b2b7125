/** A real terminal for tests: tmux with a server of its own. */
import { spawnSync } from 'node:child_process';

/** Why tests on a terminal are left out; false where they run. */
export const NO_TMUX: string | false =
  spawnSync('tmux', ['-V']).error === undefined ? false : 'tmux is not installed';

const WAIT_MS = 20_000;
const LOOK_MS = 60;

/** One terminal with one command in it. `close` it. */
export class Tmux {
  readonly #server = `pangate-${process.pid}-${Math.random().toString(36).slice(2)}`;

  constructor(command: string, columns = 90, rows = 28) {
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#run('-f', '/dev/null', 'new-session', '-d', ...size, `${command}; echo left $?; sleep 300`);
  }

  press(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#run('send-keys', '-l', text);
  }

  get screen(): string {
    return this.#run('capture-pane', '-p');
  }

  get title(): string {
    return this.#run('display-message', '-p', '#{pane_title}').trim();
  }

  /** The screen as soon as it holds a text; after 20 seconds as it is. */
  async until(text: string | RegExp): Promise<string> {
    for (const startedMs = performance.now(); ; ) {
      const { screen } = this;
      const isThere = typeof text === 'string' ? screen.includes(text) : text.test(screen);
      if (isThere || performance.now() - startedMs > WAIT_MS) return screen;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  close(): void {
    this.#run('kill-server');
  }

  #run(...args: readonly string[]): string {
    return spawnSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8' }).stdout;
  }
}
