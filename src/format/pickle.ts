// Python's pickle, as far as torch.save needs it: numbers, texts, tuples, lists and dicts, and what a list of allowed names
// makes of them. An interpreter of data: it calls nothing but what the caller gave it, and stops at any other name or
// opcode. Opcodes and their names: Python, Lib/pickletools.py.

import { PronkError } from "../errors.ts";

export type PickleValue = unknown;

export interface PickleRules {
  file: string;
  /** What `module.name` stands for. A function may be called by the pickle, with whatever arguments: it checks them. */
  globals: ReadonlyMap<string, PickleValue>;
  /** What is outside the pickle. */
  persistent(id: PickleValue): PickleValue;
}

const mark = Symbol("mark");
const longestName = 256;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The one value of a pickle; dicts are Maps, tuples and lists are arrays. Throws PronkError `format`, `model-unsupported`. */
export function readPickle(bytes: Uint8Array, { file, globals, persistent }: PickleRules): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: PickleValue[] = [];
  const memo = new Map<number, PickleValue>();
  let at = 0;

  const take = (count: number): number => {
    if (count > bytes.length - at) throw broken(file, `it ends within a value (byte ${at})`);
    at += count;
    return at - count;
  };
  const byte = () => bytes[take(1)];
  const word = () => view.getUint32(take(4), true);
  const text = (length: number) => {
    const start = take(length);
    try {
      return utf8.decode(bytes.subarray(start, start + length));
    } catch {
      throw broken(file, `a text in it is not UTF-8 (byte ${start})`);
    }
  };
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > longestName) throw broken(file, `a name in it has no end (byte ${at})`);
    const name = text(end - at);
    take(1);
    return name;
  };
  const pop = (): PickleValue => {
    if (stack.length === 0 || stack.at(-1) === mark) throw broken(file, `a value is missing (byte ${at})`);
    return stack.pop();
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const popMany = (count: number): PickleValue[] => Array.from({ length: count }, pop).reverse();
  const popToMark = (): PickleValue[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw broken(file, `a mark is missing (byte ${at})`);
    const values = stack.splice(from);
    values.shift();
    return values;
  };
  const put = (index: number) => memo.set(index, top());
  const get = (index: number) => {
    if (!memo.has(index)) throw broken(file, `it takes up a value that it has not put down (byte ${at})`);
    stack.push(memo.get(index));
  };
  const setItems = (pairs: PickleValue[]) => {
    const dict = top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0) throw broken(file, `no pairs for a dict (byte ${at})`);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  };
  const append = (values: PickleValue[]) => {
    const list = top();
    if (!Array.isArray(list)) throw broken(file, `no list to append to (byte ${at})`);
    for (const value of values) list.push(value);
  };
  const long = (length: number): number => {
    const start = take(length);
    let value = 0n;
    for (let i = Math.min(length, 9) - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i]);
    const signed = Number(BigInt.asIntN(8 * Math.min(length, 9), value));
    if (length > 8 || !Number.isSafeInteger(signed)) throw broken(file, `a number in it is too large (byte ${start})`);
    return signed;
  };

  for (;;) {
    const opcode = byte();
    // prettier-ignore
    switch (opcode) {
      case 0x80: if (byte() > 5) throw broken(file, "its protocol is not known"); break; // PROTO
      case 0x28: stack.push(mark); break; // MARK
      case 0x4e: stack.push(null); break; // NONE
      case 0x88: stack.push(true); break; // NEWTRUE
      case 0x89: stack.push(false); break; // NEWFALSE
      case 0x4a: stack.push(view.getInt32(take(4), true)); break; // BININT
      case 0x4b: stack.push(byte()); break; // BININT1
      case 0x4d: stack.push(view.getUint16(take(2), true)); break; // BININT2
      case 0x8a: stack.push(long(byte())); break; // LONG1
      case 0x47: stack.push(view.getFloat64(take(8))); break; // BINFLOAT
      case 0x58: stack.push(text(word())); break; // BINUNICODE
      case 0x8c: stack.push(text(byte())); break; // SHORT_BINUNICODE
      case 0x7d: stack.push(new Map()); break; // EMPTY_DICT
      case 0x5d: case 0x29: stack.push([]); break; // EMPTY_LIST, EMPTY_TUPLE
      case 0x74: stack.push(popToMark()); break; // TUPLE
      case 0x85: case 0x86: case 0x87: stack.push(popMany(opcode - 0x84)); break; // TUPLE1, TUPLE2, TUPLE3
      case 0x61: append([pop()]); break; // APPEND
      case 0x65: append(popToMark()); break; // APPENDS
      case 0x73: setItems(popMany(2)); break; // SETITEM
      case 0x75: setItems(popToMark()); break; // SETITEMS
      case 0x71: put(byte()); break; // BINPUT
      case 0x72: put(word()); break; // LONG_BINPUT
      case 0x68: get(byte()); break; // BINGET
      case 0x6a: get(word()); break; // LONG_BINGET
      case 0x51: stack.push(persistent(pop())); break; // BINPERSID
      case 0x63: { // GLOBAL
        const name = `${line()}.${line()}`;
        if (!globals.has(name)) throw refused(file, name, `${name}, which is no tensor and no dict of them`);
        stack.push(globals.get(name));
        break;
      }
      case 0x52: { // REDUCE
        const args = pop();
        const made = pop();
        if (typeof made !== "function" || !Array.isArray(args)) throw broken(file, `it calls what cannot be called (byte ${at})`);
        stack.push(made(...args.slice(0, 8)));
        break;
      }
      case 0x62: // BUILD: what is attached to a dict of tensors (their modules' versions) is not needed
        pop();
        if (!(top() instanceof Map)) throw broken(file, `it builds on what is no dict (byte ${at})`);
        break;
      case 0x2e: { // STOP
        const value = pop();
        if (stack.length > 0) throw broken(file, "values are left over");
        return value;
      }
      default: {
        const code = `0x${opcode.toString(16).padStart(2, "0")}`;
        throw refused(file, code, `the opcode ${code} (byte ${at - 1})`);
      }
    }
  }
}

function refused(file: string, field: string, what: string): PronkError {
  return new PronkError(
    "model-unsupported",
    `"${file}" holds ${what}: pronk reads pickles of tensors alone and runs no code. Take safetensors of the same model, or save its state_dict alone.`,
    { file, field, expected: "tensors in dicts", found: what },
  );
}

function broken(file: string, what: string): PronkError {
  return new PronkError(
    "format",
    `"${file}" is not a whole, valid torch file: in its pickle, ${what}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field: "data.pkl" },
  );
}
