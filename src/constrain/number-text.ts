// Decimal numbers between two bounds, as text: digits are compared from the left, as people do it. Numbers have as many
// digits as a float64 holds, so that what is read back from the text lies within the bounds too.

import type { Automaton } from "./automaton.ts";
import type { Expression, Expressions } from "./expression.ts";
import { Unusable } from "./unusable.ts";

/** A number's; undefined where there is no bound. */
export interface Bounds {
  min: number | undefined;
  max: number | undefined;
  /** The bound itself is excluded. */
  aboveMin: boolean;
  belowMax: boolean;
  multiples: readonly number[];
  isInteger: boolean;
}

const mostDigits = 15; // of a float64's 15.95
const longest = 10 ** mostDigits;
const fewestPlaces = 6; // that a number with bounds may have

/** Digits before and after the point, without needless zeros. */
interface Digits {
  whole: string;
  places: string;
}

export function numberExpression(automaton: Automaton, bounds: Bounds): Expression {
  const { expressions } = automaton;
  const { multiples, isInteger } = bounds;
  const digit = expressions.range(0x30, 0x39);
  const sign = expressions.literal("-");
  if (bounds.min === undefined && bounds.max === undefined && multiples.length === 0) {
    const whole = wholeUpTo(expressions, mostDigits);
    const fraction = expressions.sequence(expressions.literal("."), expressions.repeat(digit, 1, mostDigits));
    const exponent = expressions.sequence(
      expressions.either([expressions.literal("e"), expressions.literal("E")]),
      expressions.optional(expressions.either([sign, expressions.literal("+")])),
      expressions.repeat(digit, 1, 2),
    );
    const ending = isInteger ? [] : [expressions.optional(fraction), expressions.optional(exponent)];
    return expressions.sequence(expressions.optional(sign), whole, ...ending);
  }
  // Bounds that no number of this many digits reaches change nothing: zod writes JavaScript's safe integers, of 16.
  const { min: least = -Infinity, max: most = Infinity } = bounds;
  const { bound: min, excluded: aboveMin } = rounded(least > -longest ? least : undefined, bounds.aboveMin, 1);
  const { bound: max, excluded: belowMax } = rounded(most < longest ? most : undefined, bounds.belowMax, -1);
  const up = magnitudes(automaton, bounds, (min ?? 0) >= 0 ? (min ?? 0) : 0, max, {
    isAbove: (min ?? -1) >= 0 && aboveMin,
    isBelow: belowMax,
  });
  const down = magnitudes(automaton, bounds, (max ?? 0) <= 0 ? -(max ?? 0) : 0, min === undefined ? undefined : -min, {
    isAbove: (max ?? 1) <= 0 && belowMax,
    isBelow: aboveMin,
  });
  return expressions.either([up, expressions.sequence(sign, down)]);
}

/** To as many digits as are compared. If that moves it outside, it is excluded, which excludes nothing inside. */
function rounded(bound: number | undefined, excluded: boolean, side: 1 | -1) {
  const near = bound === undefined ? undefined : Number(Number(bound.toPrecision(mostDigits)).toFixed(mostDigits));
  if (near === bound) return { bound, excluded };
  return { bound: near, excluded: (bound! - near!) * side > 0 };
}

/** Numbers without a sign, from `low` to `high`. */
function magnitudes(
  automaton: Automaton,
  { multiples, isInteger }: Bounds,
  low: number,
  high: number | undefined,
  { isAbove, isBelow }: { isAbove: boolean; isBelow: boolean },
): Expression {
  const { expressions } = automaton;
  if (high !== undefined && high < low) return expressions.none;
  const lowest = digitsOf(low);
  const highest = high === undefined ? undefined : digitsOf(high);
  const places = Math.max(
    lowest.places.length,
    highest?.places.length ?? 0,
    Math.min(fewestPlaces, mostDigits - (highest ?? lowest).whole.length),
  );
  const compare = new Comparison(expressions, isInteger ? 0 : places);
  const parts = [compare.from(lowest, isAbove)];
  if (highest) parts.push(compare.upTo(highest, isBelow));
  for (const multiple of multiples) {
    const { whole, places: behind } = digitsOf(multiple);
    const divisor = Number(whole + behind);
    if (divisor > 1e9 || divisor === 0) throw new Unusable(`multipleOf ${multiple} has too many digits`);
    parts.push(expressions.multiple({ divisor, places: behind.length, remainder: 0, behindPoint: -1 }));
  }
  return parts.length === 1 ? parts[0] : automaton.both(parts);
}

/** 0, or digits that don't begin with 0. */
function wholeUpTo(expressions: Expressions, most: number, fewest = 1): Expression {
  if (fewest > most) return expressions.none;
  const digit = expressions.range(0x30, 0x39);
  const long = expressions.sequence(expressions.range(0x31, 0x39), expressions.repeat(digit, fewest - 1, most - 1));
  return fewest === 1 ? expressions.either([expressions.literal("0"), long]) : long;
}

/** Numbers without a sign at or above another, or at or below it. */
class Comparison {
  readonly #expressions: Expressions;
  readonly #places: number;
  readonly #digit: Expression;
  readonly #point: Expression;

  /** `places`: the most after the point; 0 for whole numbers, which have no point. */
  constructor(expressions: Expressions, places: number) {
    this.#expressions = expressions;
    this.#places = places;
    this.#digit = expressions.range(0x30, 0x39);
    this.#point = expressions.literal(".");
  }

  from({ whole, places }: Digits, isAbove: boolean): Expression {
    const e = this.#expressions;
    const longer = e.sequence(wholeUpTo(e, mostDigits, whole.length + 1), this.#anyFraction());
    return e.either([longer, this.#sameLength(whole, 1, this.#fractionFrom(places, isAbove))]);
  }

  upTo({ whole, places }: Digits, isBelow: boolean): Expression {
    const e = this.#expressions;
    const shorter = e.sequence(wholeUpTo(e, whole.length - 1), this.#anyFraction());
    return e.either([shorter, this.#sameLength(whole, -1, this.#fractionUpTo(places, isBelow))]);
  }

  /** As many digits as `whole`: higher ones (side 1) or lower (side -1) with any fraction, the same ones with `ending`. */
  #sameLength(whole: string, side: 1 | -1, ending: Expression): Expression {
    const e = this.#expressions;
    let after = ending;
    for (let at = whole.length - 1; at >= 0; at--) {
      const lowest = at === 0 && whole.length > 1 ? 0x31 : 0x30;
      after = e.either([
        e.sequence(
          this.#beyond(whole.charCodeAt(at), side, lowest),
          e.repeat(this.#digit, whole.length - 1 - at, whole.length - 1 - at),
          this.#anyFraction(),
        ),
        e.sequence(e.literal(whole[at]), after),
      ]);
    }
    return after;
  }

  #beyond(code: number, side: 1 | -1, lowest = 0x30): Expression {
    const [from, to] = side === 1 ? [code + 1, 0x39] : [lowest, code - 1];
    return from > to ? this.#expressions.none : this.#expressions.range(from, to);
  }

  #anyFraction(): Expression {
    const e = this.#expressions;
    return this.#places === 0 ? e.empty : e.optional(e.sequence(this.#point, e.repeat(this.#digit, 1, this.#places)));
  }

  /** No more zeros than there is room for after `length` digits; with `above`, another digit among them. */
  #zeros(length: number, above: boolean): Expression {
    const e = this.#expressions;
    if (!above) return e.repeat(this.#digit, 0, this.#places - length);
    const choices = Array.from({ length: this.#places - length }, (_, zeros) =>
      e.sequence(
        e.literal("0".repeat(zeros)),
        e.range(0x31, 0x39),
        e.repeat(this.#digit, 0, this.#places - length - zeros - 1),
      ),
    );
    return e.either(choices);
  }

  #fractionFrom(places: string, isAbove: boolean): Expression {
    const e = this.#expressions;
    if (this.#places === 0) return places !== "" || isAbove ? e.none : e.empty;
    if (places === "") return isAbove ? e.sequence(this.#point, this.#zeros(0, true)) : this.#anyFraction();
    let after = this.#zeros(places.length, isAbove);
    for (let at = places.length - 1; at >= 0; at--)
      after = e.either([
        e.sequence(this.#beyond(places.charCodeAt(at), 1), e.repeat(this.#digit, 0, this.#places - at - 1)),
        e.sequence(e.literal(places[at]), after),
      ]);
    return e.sequence(this.#point, after);
  }

  #fractionUpTo(places: string, isBelow: boolean): Expression {
    const e = this.#expressions;
    if (this.#places === 0) return places === "" && isBelow ? e.none : e.empty;
    if (places === "")
      return isBelow ? e.none : e.optional(e.sequence(this.#point, e.repeat(e.literal("0"), 1, this.#places)));
    let after = isBelow ? e.none : e.repeat(e.literal("0"), 0, this.#places - places.length);
    for (let at = places.length - 1; at >= 0; at--)
      after = e.either([
        e.sequence(this.#beyond(places.charCodeAt(at), -1), e.repeat(this.#digit, 0, this.#places - at - 1)),
        e.sequence(e.literal(places[at]), after),
        ...(at > 0 ? [e.empty] : []), // shorter, and so below: the last digit is no zero
      ]);
    return e.optional(e.sequence(this.#point, after));
  }
}

/** Throws Unusable for numbers of more digits than are compared here. */
function digitsOf(value: number): Digits {
  const [, whole, places = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const shift = Number(exponent);
  const all = whole + places;
  const point = whole.length + shift;
  if (point > mostDigits || all.length - point > mostDigits) throw new Unusable(`${value} has more than ${mostDigits} digits on one side of the point`); // prettier-ignore
  const padded = "0".repeat(Math.max(0, 1 - point)) + all + "0".repeat(Math.max(0, point - all.length));
  const at = Math.max(1, point);
  return {
    whole: padded.slice(0, at).replace(/^0+(?=\d)/, ""),
    places: padded.slice(at).replace(/0+$/, ""),
  };
}
