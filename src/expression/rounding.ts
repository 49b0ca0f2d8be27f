/** Rounds to decimal digits on the exact binary value, halves to the even neighbour. */

/** Digits beyond which no double changes, and before which every double rounds to zero. */
const DIGITS_MAX = 323;
const DIGITS_MIN = -308;
const MANTISSA_BITS = 52;
const EXPONENT_BIAS = 1075;

/** The integer nearest to `value`, the even one of two. */
export function roundToInteger(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `value` rounded to `digits` after the point; negative digits round tens, hundreds, … `value` must be finite. */
export function roundToDigits(value: number, digits: number): number {
  if (digits > DIGITS_MAX || value === 0) return value;
  if (digits < DIGITS_MIN) return value < 0 ? -0 : 0;
  const { mantissa, exponent } = exactParts(Math.abs(value));
  let dividend = mantissa;
  let divisor = 1n;
  if (exponent >= 0) dividend <<= BigInt(exponent);
  else divisor <<= BigInt(-exponent);
  if (digits >= 0) dividend *= 10n ** BigInt(digits);
  else divisor *= 10n ** BigInt(-digits);
  const rounded = Number(`${divideToEven(dividend, divisor)}e${-digits}`);
  return value < 0 ? -rounded : rounded;
}

/** The double is exactly `mantissa × 2^exponent`. */
function exactParts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponentBits = Number(bits >> BigInt(MANTISSA_BITS)) & 0x7ff;
  const fraction = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n);
  return exponentBits === 0
    ? { mantissa: fraction, exponent: 1 - EXPONENT_BIAS }
    : { mantissa: fraction | (1n << BigInt(MANTISSA_BITS)), exponent: exponentBits - EXPONENT_BIAS };
}

function divideToEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}
