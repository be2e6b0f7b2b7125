/**
 * The prepared statements and portals of one session (documentation 54.2.3): what the client
 * calls them, and how long they live.
 */
import { PangateError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Portal, Statement } from './requests.ts';

export class Names {
  readonly #statements = new Map<string, Statement>();
  readonly #portals = new Map<string, Portal>();

  statement(name: string): Statement | undefined {
    return this.#statements.get(name);
  }

  portal(name: string): Portal | undefined {
    return this.#portals.get(name);
  }

  /** Names a statement; gives the way back for a Parse that fails. Throws `limit-exceeded`. */
  prepare(name: string, statement: Statement): () => void {
    return put(this.#statements, name, statement);
  }

  /** Names a portal; gives the way back for a Bind that fails. Throws `limit-exceeded`. */
  bind(name: string, portal: Portal): () => void {
    return put(this.#portals, name, portal);
  }

  close(what: 'statement' | 'portal', name: string): void {
    if (what === 'statement') this.#statements.delete(name);
    else this.#portals.delete(name);
  }

  /** No transaction is open: portals that the server knew are gone, those on their way to it are not. */
  transactionEnded(): void {
    for (const [name, portal] of this.#portals) if (portal.bound) this.#portals.delete(name);
  }

  /** DEALLOCATE or DISCARD has succeeded; it may have come as SQL, so `sql` says of what. */
  deallocated(tag: string, sql: string): void {
    if (tag === 'DEALLOCATE ALL' || tag === 'DISCARD ALL') return this.#statements.clear();
    const name = /^\s*deallocate\s+(?:prepare\s+)?(?:"((?:[^"]|"")+)"|([\w$]+))\s*;?\s*$/i.exec(sql);
    if (name) this.#statements.delete(name[1]?.replaceAll('""', '"') ?? name[2]!.toLowerCase());
  }
}

function put<Value>(map: Map<string, Value>, name: string, value: Value): () => void {
  const previous = map.get(name);
  if (previous === undefined && map.size >= limits.preparedStatementsMax) {
    throw new PangateError(
      'limit-exceeded',
      'Too many prepared statements or portals.',
      'Close those that are no longer used.',
    );
  }
  map.set(name, value);
  return () => {
    if (previous === undefined || name === '') map.delete(name);
    else map.set(name, previous);
  };
}
