import { remembered } from '../names.ts';

/** A PIN in clear or in a block: `pin`, `card_pin`, `newPin`, `encrypted-pin`. */
const PIN = /(?:^|[^a-z]|card|new|old|enc(?:rypted)?)pin$/;
/** Only a block: `pinblock`, `pin_block`, `pinData`, `encryptedPinBlock`. */
const BLOCK = /pin(?:block|data)$/;

/** True if a value under this name is held to be a PIN. */
export const namesPin: (name: string) => boolean = remembered((name) =>
  PIN.test(name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()),
);

/** True if sixteen or thirty-two hexadecimal digits under this name are held to be a PIN block. */
export const namesPinBlock: (name: string) => boolean = remembered((name) =>
  BLOCK.test(name.toLowerCase().replace(/[^a-z0-9]/g, '')),
);
