/**
 * Who is at the door. Protocols ask through this; a local users file answers now, the
 * identity floor later, through the same interface.
 */

/** A SCRAM-SHA-256 verifier (RFC 5802, RFC 7677) in the parts of PostgreSQL's rolpassword form. */
export interface ScramSecret {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** A person or an account known to the gateway. */
export interface Person {
  readonly id: string;
  readonly groups: readonly string[];
  /** Names of the targets this person may reach; `*` for all. */
  readonly targets: readonly string[];
}

/** Answers who is who; the only way to ask. */
export interface Identity {
  /**
   * The verifier for a name. An unknown name gets a steady decoy, so that the exchange takes
   * the same course and the same time; `person` then says no.
   */
  secret(user: string): Promise<ScramSecret>;
  /** Checks a token that came in clear (over TLS or SSH). In constant time per known and unknown name. */
  token(user: string, token: string): Promise<boolean>;
  /** True for one of the user's public keys, in the form of RFC 4253, 6.6. The proof is checked by who asks. */
  key(user: string, key: Uint8Array): Promise<boolean>;
  /** The person of a name whose proof held; null for an unknown, disabled or expired one. */
  person(user: string): Promise<Person | null>;
}
