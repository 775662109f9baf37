// JSON text as a template's values, as Python's json.loads reads it: 2.0 stays a float, an integer keeps all its digits,
// and keys keep their order. (RFC 8259; what Python takes beyond it, NaN and Infinity, is refused.)

import { Dict, type Value } from "./values.ts";

const mostDigits = 4300; // of an integer, as in Python: turning more of them into a number takes too long

/** Throws SyntaxError for what is not JSON, and RangeError for an integer with too many digits. */
export function parseJson(text: string): Value {
  JSON.parse(text); // refuses what is wrong, so that reading it once more can be lax
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[-+.\w]+|[{}[\]]/g) ?? [];
  let at = 0;
  const read = (): Value => {
    const token = tokens[at++];
    if (token === "{") {
      const dict = new Dict();
      while (tokens[at] !== "}") dict.set(JSON.parse(tokens[at++]) as string, read());
      at++;
      return dict;
    }
    if (token === "[") {
      const list: Value[] = [];
      while (tokens[at] !== "]") list.push(read());
      at++;
      return list;
    }
    if (!/^-?\d+$/.test(token)) return JSON.parse(token) as string | number | boolean | null;
    if (token.length > mostDigits) throw new RangeError(`an integer of more than ${mostDigits} digits`);
    return BigInt(token);
  };
  return read();
}
