/** Who may stay: caps connections that have not logged in, per address, and sessions in all. */
import type { Limits } from '../base/limits.ts';

/** One accepted connection, from accept to close. */
export interface Visit {
  /** Takes a place among the sessions; false if all are taken. Asking again changes nothing. */
  takePlace(): boolean;
  /** Login is over: the connection no longer counts for its address. */
  loggedIn(): void;
  leave(): void;
}

/** Counts; one for all listeners of a process. */
export class Admission {
  readonly #limits: Limits;
  readonly #logins = new Map<string, number>();
  #sessions = 0;
  #visits = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** Null if this address, or everybody together, has too many connections that wait for login. */
  enter(address: string): Visit | null {
    const logins = this.#logins.get(address) ?? 0;
    if (logins >= this.#limits.loginsPerAddressMax) return null;
    if (this.#visits - this.#sessions >= this.#limits.sessionsMax) return null;
    this.#logins.set(address, logins + 1);
    this.#visits++;
    return this.#visit(address);
  }

  #visit(address: string): Visit {
    let waiting = true;
    let placed = false;
    let gone = false;
    const loggedIn = (): void => {
      if (waiting) this.#release(address);
      waiting = false;
    };
    return {
      loggedIn,
      takePlace: () => {
        if (placed || gone) return placed;
        placed = this.#sessions < this.#limits.sessionsMax;
        if (placed) this.#sessions++;
        return placed;
      },
      leave: () => {
        if (gone) return;
        gone = true;
        loggedIn();
        this.#visits--;
        if (placed) this.#sessions--;
      },
    };
  }

  #release(address: string): void {
    const left = this.#logins.get(address)! - 1;
    if (left > 0) this.#logins.set(address, left);
    else this.#logins.delete(address);
  }
}
