/** Paths as rules and people see them. */

/** An absolute path without `.`, `..` and doubled slashes; what is relative stands under `home`. */
export function absolute(path: string, home: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${home}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Characters of a path in a message to a person. */
const SHOWN_MAX = 200;

/** A path for somebody's terminal: nothing in it acts on one. */
export function shown(path: string): string {
  const cut = path.length > SHOWN_MAX ? `${path.slice(0, SHOWN_MAX)}...` : path;
  return cut.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
}
