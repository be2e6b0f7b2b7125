/**
 * Which bytes of a terminal's stream are text, and which belong to a control sequence (ECMA-48, 5.4
 * and 5.6). Cut anywhere, it says the same.
 */

const ESC = 0x1b;
const BEL = 0x07;
/** Bytes of a string sequence after which it is held to be over. */
const STRING_MAX = 4096;

export class EscapeSkipper {
  #state: 'text' | 'escape' | 'control' | 'string' | 'string-escape' | 'single' = 'text';
  #stringBytes = 0;

  /** Takes the next byte; true if it is no part of a sequence. */
  isText(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        if (byte === ESC) this.#state = 'escape';
        return byte !== ESC;
      case 'escape':
        this.#escape(byte);
        return false;
      case 'control':
        if (byte >= 0x40 && byte <= 0x7e) this.#state = 'text';
        return false;
      case 'single':
        this.#state = 'text';
        return false;
      default:
        this.#string(byte);
        return false;
    }
  }

  #escape(byte: number): void {
    if (byte === 0x5b) this.#state = 'control';
    else if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#begin();
    else if (byte === 0x4f) this.#state = 'single';
    // Intermediate bytes stand before the final one.
    else if (byte < 0x20 || byte > 0x2f) this.#state = byte === ESC ? 'escape' : 'text';
  }

  #begin(): void {
    this.#state = 'string';
    this.#stringBytes = 0;
  }

  #string(byte: number): void {
    const isOver = byte === BEL || this.#state === 'string-escape' || ++this.#stringBytes > STRING_MAX;
    this.#state = isOver ? 'text' : byte === ESC ? 'string-escape' : 'string';
  }
}
