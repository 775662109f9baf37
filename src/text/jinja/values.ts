// Python's values as a template sees them. An int is a bigint and a float a number, so `2` and `2.0` stay apart and
// integers are exact; text is a string whose characters are code points; a list is an array that nothing changes.
// What objects do (attributes, calls) is theirs; what operators do with values is in arithmetic.ts and compare.ts.

import type { Budget } from "./budget.ts";
import { fail } from "./template-error.ts";

export type Value =
  | null
  | boolean
  | bigint // int
  | number // float
  | string
  | Markup
  | Value[]
  | Tuple
  | Dict
  | DictView
  | Range
  | Stream
  | Undefined
  | TemplateObject;

/** Arguments of a call, as Python passes them. */
export interface Args {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** What functions, filters and tests may use of the rendering that calls them. */
export interface Run {
  readonly budget: Budget;
  readonly now: () => Date;
  filter(name: string, value: Value, args: Args): Value;
  test(name: string, value: Value, args: Args): boolean;
}

/** Text that counts as HTML: joined to plain text by +, % or a method, it escapes the other. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  /** Names of a named tuple's items. */
  readonly fields: readonly string[];

  constructor(items: readonly Value[], fields: readonly string[] = []) {
    this.items = items;
    this.fields = fields;
  }
}

type Key = string | bigint | number | null | object;

/** A value as a Map's key: equal values (1, 1.0, True) give the same key. Undefined: Python cannot hash it. */
function keyOf(value: Value): Key | undefined {
  if (typeof value === "string") return `s${value}`;
  if (value instanceof Markup) return `s${value.text}`;
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value instanceof Tuple) {
    let key = "t";
    for (const item of value.items) {
      const inner = keyOf(item);
      if (inner === undefined || (typeof inner === "object" && inner !== null)) return undefined;
      key += `${typeof inner}${String(inner).length}:${String(inner)}`;
      if (key.length > 1 << 16) fail("too long a tuple as a key");
    }
    return key;
  }
  if (value instanceof Undefined) return Undefined;
  if (Array.isArray(value) || value instanceof Dict) return undefined;
  if (value instanceof DictView && value.kind !== "values") return undefined;
  return value;
}

/** Insertion order; a key that is set again keeps its place and its first spelling. */
export class Dict {
  readonly #entries = new Map<Key, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Undefined where there is none, and for keys that cannot be hashed. */
  get(key: Value): Value | undefined {
    const found = keyOf(key);
    return found === undefined ? undefined : this.#entries.get(found)?.[1];
  }

  has(key: Value): boolean {
    const found = keyOf(key);
    return this.#entries.has(found === undefined ? unhashable(key) : found);
  }

  /** For whoever makes the dict; templates cannot. */
  set(key: Value, value: Value): void {
    const found = keyOf(key);
    if (found === undefined) unhashable(key);
    const entry = this.#entries.get(found);
    if (entry) entry[1] = value;
    else this.#entries.set(found, [key, value]);
  }

  entries(): IterableIterator<[Value, Value]> {
    return this.#entries.values();
  }

  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.#entries.values()) yield value;
  }
}

function unhashable(value: Value): never {
  return fail(`unhashable type: '${typeName(value)}'`);
}

export class DictView {
  readonly dict: Dict;
  readonly kind: "keys" | "values" | "items";

  constructor(dict: Dict, kind: "keys" | "values" | "items") {
    this.dict = dict;
    this.kind = kind;
  }

  *[Symbol.iterator](): Generator<Value> {
    for (const [key, value] of this.dict.entries())
      yield this.kind === "keys" ? key : this.kind === "values" ? value : new Tuple([key, value]);
  }
}

export class Range {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
  readonly length: number;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    if (step === 0n) fail("range() arg 3 must not be zero");
    const span = step > 0n ? stop - start : start - stop;
    const stride = step > 0n ? step : -step;
    this.length = span <= 0n ? 0 : Number((span + stride - 1n) / stride);
  }

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }
}

/** A generator: what many filters give. It can be walked once, and has neither length nor items. */
export class Stream {
  readonly iterator: Iterator<Value>;

  constructor(iterator: Iterator<Value>) {
    this.iterator = iterator;
  }
}

/** A name or attribute that is not there: prints as nothing, counts as false, and fails when more is asked of it. */
export class Undefined {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }

  fail(): never {
    return fail(this.message);
  }
}

/** `value ?? otherwise()`, except that null is a value: Python's None. */
export function present<T>(value: T | undefined, otherwise: () => T): T {
  return value === undefined ? otherwise() : value;
}

/** Everything else: functions, macros, loop, namespaces. */
export abstract class TemplateObject {
  abstract readonly typeName: string;
  abstract repr(): string;

  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /** Present where Python's object can be called. */
  call?(run: Run, args: Args): Value;
}

export class Builtin extends TemplateObject {
  readonly typeName = "builtin_function_or_method";
  readonly name: string;
  readonly #run: (run: Run, args: Args) => Value;

  constructor(name: string, run: (run: Run, args: Args) => Value) {
    super();
    this.name = name;
    this.#run = run;
  }

  override call(run: Run, args: Args): Value {
    return this.#run(run, args);
  }

  repr(): string {
    return `<built-in function ${this.name}>`;
  }
}

export class Namespace extends TemplateObject {
  readonly typeName = "Namespace";
  readonly attributes = new Dict();

  override attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }

  /** transformers refuses names that begin with an underscore. */
  assign(name: Value, value: Value): void {
    if (typeof name === "string" && name.startsWith("_"))
      fail(`Chat templates cannot store underscore-prefixed attributes on a namespace, but got '${name}'`);
    this.attributes.set(name, value);
  }

  repr(): string {
    return "<Namespace>";
  }
}

/** Python's name of a value's type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (Array.isArray(value)) return "list";
  if (value instanceof TemplateObject) return value.typeName;
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Stream) return "generator";
  if (value instanceof Markup) return "Markup";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  return value instanceof Range ? "range" : "Undefined";
}
