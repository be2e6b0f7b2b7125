/** Sums of what seals count: docs/formats/pgr-v1.md, "Seal", agg_bits to n_err. */
import type { Facts } from '../base/recording.ts';

/** A running sum; also what `Facts` holds with every value set. */
export class FactSum {
  kinds = 0;
  statements = 0;
  masked = 0;
  errors = 0;

  add(facts: Facts): void {
    this.kinds |= facts.kinds ?? 0;
    this.statements += facts.statements ?? 0;
    this.masked += facts.masked ?? 0;
    this.errors += facts.errors ?? 0;
  }
}
