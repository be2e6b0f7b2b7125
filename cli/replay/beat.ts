import type { Size } from '../../recorder/terminal/index.ts';

/** One thing that a player does at a time: what records come to, whatever their protocol. */
export interface Beat {
  /** Of the record it comes from. */
  readonly seq: number;
  /** Microseconds since the session's start. */
  readonly atUs: number;
  /**
   * `output` and `error`: text for the screen; `input`: what was typed, in visible characters;
   * `size`: the terminal's; `keyframe`: a text that makes the screen as it stood; `marker`: a
   * place worth going to; `damage`: nothing from here to the next beat can be trusted.
   */
  readonly kind: 'output' | 'error' | 'input' | 'size' | 'keyframe' | 'marker' | 'damage';
  /** Safe for a terminal as it is. */
  readonly text: string;
  /** Of `size` and `keyframe`. */
  readonly size: Size | null;
}
