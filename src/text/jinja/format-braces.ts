// str.format: "{} of {name.attribute[key]!r:>8}".

import type { Budget } from "./budget.ts";
import { countPoints, slicePoints } from "./characters.ts";
import { asNumber, isText, textOf } from "./compare.ts";
import { floatDigits, formatSize, grouped, integerDigits, signOf } from "./format-number.ts";
import { escapedPoint, repr, str } from "./print.ts";
import { fail } from "./template-error.ts";
import { typeName, type Args, type Value } from "./values.ts";

/** How the environment reads `.name` and `[key]`. */
export type Reach = (value: Value, key: Value, isAttribute: boolean) => Value;

export function formatBraces(format: string, args: Args, reach: Reach, budget: Budget): string {
  let automatic: number | undefined;
  let numbered = false;
  const valueOf = (field: string): Value => {
    const [, written, rest] = /^([^.[]*)([^]*)$/.exec(field)!;
    let first = written;
    if (first === "") {
      if (numbered) fail("cannot switch from manual field specification to automatic field numbering");
      first = String((automatic = (automatic ?? -1) + 1));
    } else if (/^\d+$/.test(first)) {
      if (automatic !== undefined) fail("cannot switch from automatic field numbering to manual field specification");
      numbered = true;
    }
    const start = /^\d+$/.test(first) ? args.positional[Number(first)] : args.named.get(first);
    let value = start === undefined ? fail(`no replacement for field '${first}'`) : start;
    for (const [whole, attribute, index] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]|[^]/g)) {
      if (attribute === undefined && index === undefined) fail(`unexpected '${whole}' in field name`);
      const key = index !== undefined && /^\d+$/.test(index) ? BigInt(index) : (attribute ?? index);
      value = reach(value, key, attribute !== undefined);
    }
    return value;
  };
  const expand = (text: string, depth: number): string => {
    if (depth > 3) fail("Max string recursion exceeded");
    let result = "";
    for (let place = 0; place < text.length;) {
      const brace = text.slice(place).search(/[{}]/);
      if (brace < 0) return result + text.slice(place);
      result += text.slice(place, place + brace);
      place += brace;
      if (text[place] === text[place + 1]) {
        result += text[place];
        place += 2;
        continue;
      }
      if (text[place] === "}") fail("Single '}' encountered in format string");
      const end = fieldEnd(text, place);
      const [, field, conversion, spec = ""] =
        /^((?:\[[^\]]*\]|[^[!:])*)(?:!([^:]*))?(?::([^]*))?$/.exec(text.slice(place + 1, end)) ??
        fail("invalid format field");
      budget.spend(4);
      result += formatValue(converted(valueOf(field), conversion, budget), expand(spec, depth + 1), budget);
      budget.build(result.length);
      place = end + 1;
    }
    return result;
  };
  budget.build(format.length);
  return expand(format, 1);
}

function fieldEnd(text: string, start: number): number {
  let depth = 0;
  for (let place = start; place < text.length; place++) {
    if (text[place] === "{") depth++;
    else if (text[place] === "}" && --depth === 0) return place;
  }
  return fail("expected '}' before end of string");
}

function converted(value: Value, conversion: string | undefined, budget: Budget): Value {
  if (conversion === undefined) return value;
  if (conversion === "s") return str(value, budget);
  if (conversion === "r") return repr(value, budget);
  if (conversion === "a") return repr(value, budget).replace(/[^\x20-\x7e]/gu, escapedPoint);
  return fail(`Unknown conversion specifier ${conversion}`);
}

const specification = /^(?:([^])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d*)([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** format(value, spec). */
function formatValue(value: Value, spec: string, budget: Budget): string {
  if (spec === "") return str(value, budget);
  const number = asNumber(value);
  if (number === undefined && !isText(value)) fail(`unsupported format string passed to ${typeName(value)}.__format__`);
  const parts = specification.exec(spec) ?? fail("Invalid format specifier");
  const [, fill, align, sign = "", , alternate, zero, width, separator = "", precisionText, type = ""] = parts;
  const precision = formatSize(precisionText);
  if ((precision ?? 0) > 400 && number !== undefined) fail("a precision of more than 400 digits");
  let head = "";
  let body: string;
  if (number === undefined) {
    if (!/^s?$/.test(type) || sign || alternate || separator || align === "=")
      fail(`Invalid format specifier '${spec}' for object of type 'str'`);
    body = textOf(value as string);
    if (precision !== undefined) body = slicePoints(body, 0, precision);
  } else {
    const numeric = formatNumber(number, type, precision, { separator, alternate: !!alternate });
    head = signOf(number, sign) + numeric.prefix;
    body = numeric.digits;
  }
  return pad(head, body, {
    fill: fill ?? (zero ? "0" : " "),
    align: align ?? (number === undefined ? "<" : zero ? "=" : ">"),
    width: formatSize(width) ?? 0,
    separator: zero && !fill ? separator : "",
    budget,
  });
}

function formatNumber(
  number: bigint | number,
  type: string,
  precision: number | undefined,
  { separator, alternate }: { separator: string; alternate: boolean },
): { digits: string; prefix: string } {
  if (typeof number === "bigint" && /^[dnboxX]?$/.test(type)) {
    if (precision !== undefined) fail("Precision not allowed in integer format specifier");
    const { digits, prefix } = integerDigits(number, type);
    if (separator === "," && prefix) fail(`Cannot specify ',' with '${type}'.`);
    return { digits: grouped(digits, separator, prefix ? 4 : 3), prefix: alternate ? prefix : "" };
  }
  if (typeof number === "bigint" && type === "c") return { digits: String.fromCodePoint(Number(number)), prefix: "" };
  if (!/^[eEfFgGn%]?$/.test(type)) fail(`Unknown format code '${type}' for object of type '${typeName(number)}'`);
  const digits = floatDigits(Number(number), type === "n" ? "g" : type, precision, alternate);
  return { digits: grouped(digits, separator, 3), prefix: "" };
}

interface Padding {
  fill: string;
  align: string;
  width: number;
  /** Zeros that fill a grouped number are grouped too. */
  separator: string;
  budget: Budget;
}

function pad(head: string, body: string, { fill, align, width, separator, budget }: Padding): string {
  budget.build(width);
  if (separator !== "" && align === "=") {
    const digits = body.replaceAll(separator, "");
    const whole = /^\d*/.exec(digits)![0].length;
    let wanted = whole;
    while (head.length + wanted + Math.floor((wanted - 1) / 3) + digits.length - whole < width) wanted++;
    return head + grouped("0".repeat(wanted - whole) + digits, separator, 3);
  }
  const missing = Math.max(0, width - countPoints(head + body));
  if (align === "=") return head + fill.repeat(missing) + body;
  const left = align === "<" ? 0 : align === ">" ? missing : Math.floor(missing / 2);
  return fill.repeat(left) + head + body + fill.repeat(missing - left);
}
