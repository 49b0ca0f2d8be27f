/** What an unquoted word means: the core types of YAML 1.2, and the words that YAML 1.1 reads differently. */

export type Scalar = null | boolean | number | string;

const NULL = /^(?:|~|null|Null|NULL)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const INTEGER = /^[-+]?[0-9]+$/;
const OCTAL = /^0o[0-7]+$/;
const HEX = /^0x[0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The value of a plain word; NaN stands for every number that a machine may not hold. */
export function plainValueOf(text: string): Scalar {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text) || FLOAT.test(text)) return finite(Number(text));
  if (OCTAL.test(text) || HEX.test(text)) return finite(Number(text));
  return NOT_FINITE.test(text) ? NaN : text;
}

/** Integers beyond ±(2^53 − 1) would silently become other integers. */
function finite(value: number): number {
  if (!Number.isFinite(value)) return NaN;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? NaN : value;
}

const OLD_BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;
const OLD_TIME = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const OLD_DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?$/;
const OLD_OCTAL = /^[-+]?0[0-7_]+$/;
const OLD_GROUPED = /^[-+]?(?:[1-9][0-9]*_[0-9_]*|0b[01_]+)$/;
const NEW_OCTAL = /^0o[0-7]+$/;

/** What YAML 1.1 makes of the word, when that is something else; null when both agree. */
export function olderReading(text: string): string | null {
  if (OLD_BOOLEAN.test(text)) return /^(?:y|on)/i.test(text) ? "true" : "false";
  if (OLD_TIME.test(text)) return "a number in base 60";
  if (OLD_DATE.test(text)) return "a date";
  if (OLD_OCTAL.test(text)) return "an octal number";
  if (OLD_GROUPED.test(text)) return "a number";
  return NEW_OCTAL.test(text) ? "a text" : null;
}
