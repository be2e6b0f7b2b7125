import type { Bytes } from '../../base/bytes.ts';
import { twinNext } from './twin.ts';
export function kernelNext(bytes: Bytes, from: number, to: number): number {
  return twinNext(bytes, from, to);
}
