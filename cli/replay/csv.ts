/** One line of CSV (RFC 4180): NULL is an empty field, an empty text is `""`, bytes are `\x...`. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
  const harmless = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return text === '' || /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
