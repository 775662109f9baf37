// Small ways to damage a file: bytes changed, cut out, repeated and inserted; JSON with a value, a key or a whole branch
// replaced by something unexpected. Knows nothing of what the files mean.

import { pick, wholeBelow } from "./proof.ts";

type Random = () => number;

/** A damaged copy. */
export function damageBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = wholeBelow(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + wholeBelow(random, random() < 0.5 ? 8 : 200));
  const copy = bytes.slice();
  switch (wholeBelow(random, 7)) {
    case 0: // some bits
      for (let flips = 1 + wholeBelow(random, 8); flips > 0 && copy.length > 0; flips--)
        copy[wholeBelow(random, copy.length)] ^= 1 << wholeBelow(random, 8);
      return copy;
    case 1: // bytes of a single value
      return copy.fill(pick(random, [0, 0xff, 0x7f, 0x80, wholeBelow(random, 256)]), at, end);
    case 2: // a number at its limits
      copy.set(extremes[wholeBelow(random, extremes.length)].subarray(0, copy.length - at), at);
      return copy;
    case 3: // the end is missing
      return copy.slice(0, at);
    case 4: // a piece is missing
      return joined(bytes.subarray(0, at), bytes.subarray(end));
    case 5: // a piece is repeated
      return joined(bytes.subarray(0, end), bytes.subarray(at));
    default: // a piece of something else
      return joined(
        bytes.subarray(0, at),
        Uint8Array.from({ length: end - at }, () => random() * 256),
        bytes.subarray(at),
      );
  }
}

const extremes = [0n, 1n, 0x7fffffffn, 0xffffffffn, 0x80000000n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n].flatMap(
  (value) => {
    const eight = new Uint8Array(new BigUint64Array([value]).buffer);
    return [eight, eight.subarray(0, 4)];
  },
);

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const oddities: Json[] = [
  null, true, false, 0, -1, 1, 2, 3, 0.5, 1e9, 2 ** 31, 2 ** 53, 1e300, -1e-300, "", " ", "x", "0", "1e999", "\ud800",
  "__proto__", "constructor", "F16", "I4", "LlamaForCausalLM", "../../etc/passwd", [], {}, [[]], [0], [null], [1, 2, 3, 4, 5],
  { "": null }, { __proto__x: 1 }, { length: 3 }, { type: "linear", factor: -1 }, { content: {} },
]; // prettier-ignore

/** JSON text with up to three places changed; sometimes the text itself is damaged. */
export function damageJson(text: string, random: Random): string {
  if (random() < 0.15) return new TextDecoder().decode(damageBytes(new TextEncoder().encode(text), random));
  const value = JSON.parse(text) as Json;
  for (let times = 1 + wholeBelow(random, 3); times > 0; times--) {
    const parent = somewhere(value, random);
    if (parent === undefined) return JSON.stringify(pick(random, oddities));
    change(parent, value, random);
  }
  return JSON.stringify(value);
}

type Parent = Json[] | { [key: string]: Json };

/** A list or object anywhere in the value; shallow ones are likelier, since that is where the meaning is. */
function somewhere(value: Json, random: Random): Parent | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const children = Object.values(value).filter((child) => child !== null && typeof child === "object");
  if (children.length > 0 && random() < 0.6) return somewhere(pick(random, children), random);
  return value;
}

function change(parent: Parent, whole: Json, random: Random): void {
  const keys = Object.keys(parent);
  const key = pick(random, keys.length > 0 ? keys : ["0"]);
  const other = pick(random, keys.length > 0 ? keys : ["0"]);
  const at = parent as { [key: string]: Json };
  const found = at[key];
  switch (wholeBelow(random, 7)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete at[key];
      return;
    case 1: // two trade places
      [at[key], at[other]] = [at[other] ?? null, found ?? null];
      return;
    case 2: // under another name
      Object.defineProperty(at, pick(random, ["x", key + key, key.toUpperCase(), "__proto__", ""]), {
        value: found ?? null, enumerable: true, configurable: true, writable: true,
      }); // prettier-ignore
      return;
    case 3: // a number slightly or far off
      at[key] = typeof found === "number" ? found * pick(random, [-1, 0, 0.5, 2, 1e6]) + pick(random, [-1, 0, 1]) : 7;
      return;
    case 4: // deep
      at[key] = JSON.parse("[".repeat(200) + "]".repeat(200)) as Json;
      return;
    case 5:
      at[key] = structuredClone(pick(random, [whole, found ?? null, Object.values(at)[0] ?? null]));
      return;
    default:
      at[key] = structuredClone(pick(random, oddities));
  }
}
