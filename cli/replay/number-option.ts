import { InvalidArgumentError } from 'commander';

/** A number of things, from 1 on. Throws what commander tells the user. */
export function parseCount(text: string): number {
  if (/^\d{1,7}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Write a number from 1.');
}
