/**
 * The check digit of ISO/IEC 7812-1 Annex B (Luhn). `digits` holds values 0 to 9, of which the
 * first `count` are the number.
 */
export function luhn(digits: Uint8Array, count: number): boolean {
  let sum = 0;
  let double = false;
  for (let i = count - 1; i >= 0; i--) {
    const digit = digits[i]!;
    const doubled = digit * 2;
    sum += double ? (doubled > 9 ? doubled - 9 : doubled) : digit;
    double = !double;
  }
  return sum % 10 === 0;
}
