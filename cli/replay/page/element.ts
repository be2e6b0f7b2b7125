/// <reference lib="dom" />
/** Elements of the page. Text only ever becomes text: nothing recorded is parsed as HTML. */

/** A new element with a class and content. */
export function element(
  name: string,
  className: string,
  ...content: readonly (string | Node | null)[]
): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  for (const part of content) if (part !== null) made.append(part);
  return made;
}

/** The element with an id that the page has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}

/** `1:02:03`, `02:03.4`. */
export function clockText(us: number): string {
  const tenths = Math.floor(us / 100_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(tenths / 36_000);
  const minutes = two(Math.floor(tenths / 600) % 60);
  const seconds = two(Math.floor(tenths / 10) % 60);
  return hours > 0 ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}.${tenths % 10}`;
}
