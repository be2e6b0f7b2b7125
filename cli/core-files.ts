/** No core file of pangate holds its memory, whatever limit it was started with. */
import { writeFileSync } from 'node:fs';

/** A bit for each kind of memory that the kernel writes into a core file; core(5). None is set. */
const NOTHING = '0';

/**
 * Tells the kernel to leave all memory of this process, and of those that it starts, out of core
 * files: what a server sends lies there before it is masked, and so do passwords and keys.
 * Registers and the list of mapped files remain. Does nothing where there is no Linux.
 */
export function keepMemoryOutOfCoreFiles(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', NOTHING);
  } catch {
    // No such file on other systems, and /proc can be hidden: the limit of the system holds there.
  }
}
