/** Makes random sources: most are expressions of the language, some are broken on purpose. */

/** A source of numbers in [0, 1); the same seed gives the same numbers. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ATOMS =
  ("total price kind empty nothing yes no tags nums order huge long text deep missing __proto__ constructor " +
    "toString min len In True false None null 0 1 -1 2 3.0 0.5 1e3 1e308 0x1f 1_000 9007199254740991 'a' '' 'it\\'s' " +
    "\"😀\" r'\\d' '1.5' ' 12 ' [] [1,2,3] ['a',None] [[1],[2.0]] order.total order.lines order['total'] order.__class__ " +
    "_event.payload.amount").split(" ");
const BINARY = "+ - * / // % ** & | ^ << >>".split(" ");
const COMPARE = ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"];
const FUNCTIONS =
  ("len min max abs sum round str int float bool any all lower upper strip startswith endswith replace " +
    "split rand eval").split(" ");
const METHODS = "lower upper strip startswith endswith replace split append keys __init__".split(" ");
const JUNK =
  "( ) [ ] { } = ; : , . ' \" \\ # ! ? @ $ ` && || := -> \n \t \u0000 😀 é \ud800 if else not and lambda"
    .split(" ");
const DEPTH_MAX = 6;

/** One source. About one in ten is broken by an inserted, removed or doubled piece. */
export function randomSource(random: Random): string {
  const source = expression(random, Math.floor(random() * DEPTH_MAX));
  return random() < 0.1 ? broken(source, random) : source;
}

function expression(random: Random, depth: number): string {
  if (depth <= 0) return pick(ATOMS, random);
  const part = (): string => {
    const inner = expression(random, depth - 1);
    return random() < 0.5 ? inner : `(${inner})`;
  };
  const parts = (most: number): string =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, part).join(", ");
  const forms: readonly (() => string)[] = [
    () => `${part()} ${pick(BINARY, random)} ${part()}`,
    () => `${part()} ${pick(BINARY, random)} ${part()}`,
    () => `${part()} ${pick(COMPARE, random)} ${part()}`,
    () => `${part()} ${pick(COMPARE, random)} ${part()} ${pick(COMPARE, random)} ${part()}`,
    () => `${part()} ${pick(["and", "or"], random)} ${part()}`,
    () => `${pick(["not ", "-", "+", "~"], random)}${part()}`,
    () => `${part()} if ${part()} else ${part()}`,
    () => `${part()}[${part()}]`,
    () => `${part()}[${maybe(part, random)}:${maybe(part, random)}${maybe(() => `:${part()}`, random)}]`,
    () => `${pick(FUNCTIONS, random)}(${parts(3)})`,
    () => `${part()}.${pick(METHODS, random)}(${parts(2)})`,
    () => `${part()}.${pick(["total", "lines", "_x", "x"], random)}`,
    () => `[${parts(4)}]`,
    () => pick(["In('open')", "defined('total')", "defined(x)", "In(1)"], random),
    () => pick(ATOMS, random),
  ];
  return pick(forms, random)();
}

function broken(source: string, random: Random): string {
  const place = Math.floor(random() * source.length);
  const head = source.slice(0, place);
  switch (Math.floor(random() * 4)) {
    case 0:
      return head + pick(JUNK, random) + source.slice(place);
    case 1:
      return head + source.slice(place + 1 + Math.floor(random() * 3));
    case 2:
      return source.repeat(1 + Math.floor(random() * 20));
    default:
      return pick(["(", "[", "not ", "-", "2**"], random).repeat(1 + Math.floor(random() * 60)) + source;
  }
}

function maybe(part: () => string, random: Random): string {
  return random() < 0.5 ? "" : part();
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("Cannot pick: the list is empty");
  return item;
}
