/** The sessions that run now, so that they can be waited for and ended. */
export interface LiveSession {
  /** True while the session owes nobody an answer: ending it loses nothing. */
  readonly idle: boolean;
  /** Ends it in the protocol's own words. */
  end(reason: Error): void;
}

/** All of them; closed for new ones while the gateway drains. */
export class LiveSessions {
  readonly #live = new Map<LiveSession, Promise<void>>();
  #closed = false;

  get size(): number {
    return this.#live.size;
  }

  /** True once no new sessions may begin. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  /** Keeps a session until its end; `done` must not reject. */
  add(session: LiveSession, done: Promise<void>): void {
    this.#live.set(session, done);
    void done.then(() => this.#live.delete(session));
  }

  end(reason: Error, which: (session: LiveSession) => boolean): void {
    for (const session of [...this.#live.keys()]) if (which(session)) session.end(reason);
  }

  /** Waits until all have ended, at most so long. */
  async settled(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([Promise.all(this.#live.values()), late]);
    clearTimeout(timer);
  }
}
