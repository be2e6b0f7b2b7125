/** A terminal's cleaner with the usual rules, and what a person sees of what it gives. */
import headless from '@xterm/headless';
import { type Bytes, join, keep, utf8 } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { createCleaner, defaultRules } from '../../engine/index.ts';
import { TerminalCleaner } from '../../protocols/ssh/terminal/cleaner.ts';

export const cleaner: Cleaner = createCleaner(defaultRules);
export const SIZE = { columns: 40, rows: 8 };

/** What goes out for these pieces; with `isSlow` the hold-back runs out behind each of them. */
export function cleaned(pieces: readonly Bytes[], isSlow = false, size: typeof SIZE = SIZE): Bytes {
  const terminal = new TerminalCleaner(cleaner, size);
  const parts: Bytes[] = [];
  for (const piece of pieces) {
    parts.push(keep(terminal.push(keep(piece))));
    if (isSlow) parts.push(keep(terminal.flush()));
  }
  parts.push(keep(terminal.flush()));
  return join(parts);
}

/** The rows that xterm.js shows, those that wrap joined. */
export function shown(output: Bytes, size: typeof SIZE = SIZE): Promise<string[]> {
  const terminal = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 1000,
    allowProposedApi: true,
    logLevel: 'off',
  });
  return new Promise((resolve) => {
    terminal.write(output, () => {
      const { active } = terminal.buffer;
      const rows: string[] = [];
      for (let i = 0; i < active.length; i++) {
        const line = active.getLine(i)!;
        const row = line.translateToString(false);
        if (line.isWrapped && rows.length > 0) rows[rows.length - 1] += row;
        else rows.push(row);
      }
      terminal.dispose();
      resolve(rows.map((row) => row.trimEnd()));
    });
  });
}

/** True if a card number stands in one of the rows. */
export function holdsNumber(rows: readonly string[]): boolean {
  return rows.some((row) =>
    cleaner.find(utf8(row), { name: '', kind: 'text', form: 'verbatim' }).some(({ kind }) => kind === 'pan'),
  );
}
