// The names that every chat template has: Jinja's range, dict, namespace, cycler and joiner, and transformers'
// raise_exception and strftime_now. Not here: lipsum, which is random.

import { bind } from "./bind-arguments.ts";
import { fromKeys } from "./attributes.ts";
import { asNumber, isText, textOf, walk } from "./compare.ts";
import { str } from "./print.ts";
import { strftime } from "./strftime.ts";
import { TemplateRefusal, fail } from "./template-error.ts";
import { string } from "./text-methods.ts";
import {
  Builtin,
  Dict,
  Namespace,
  Range,
  TemplateObject,
  Undefined,
  typeName,
  type Args,
  type Run,
  type Value,
} from "./values.ts";

const maxRange = 100_000; // the sandbox's

function range(_: Run, args: Args): Range {
  const numbers = args.positional.map((value) => {
    if (value instanceof Undefined) value.fail();
    const number = asNumber(value);
    return typeof number === "bigint"
      ? number
      : fail(`'${typeName(value)}' object cannot be interpreted as an integer`);
  });
  if (args.named.size > 0 || numbers.length < 1 || numbers.length > 3) fail("range expects 1 to 3 arguments");
  const [start, stop] = numbers.length === 1 ? [0n, numbers[0]] : numbers;
  const made = new Range(start, stop, numbers[2] ?? 1n);
  return made.length > maxRange ? fail("Range too big. The sandbox blocks ranges larger than 100000.") : made;
}

/** dict(mapping or pairs, name=value, ...). */
function entriesOf({ budget }: Run, { positional, named }: Args): Dict {
  if (positional.length > 1) fail(`dict expected at most 1 argument, got ${positional.length}`);
  const [source] = positional;
  const dict = new Dict(source instanceof Dict ? source.entries() : []);
  if (source !== undefined && !(source instanceof Dict))
    for (const pair of walk(source, budget)) {
      const [key, value, ...more] = walk(pair, budget);
      if (value === undefined || more.length > 0) fail("dictionary update sequence element has not length 2");
      dict.set(key, value);
    }
  for (const [name, value] of named) dict.set(name, value);
  budget.items(dict.size);
  return dict;
}

class DictMaker extends TemplateObject {
  readonly typeName = "TemplateDict";

  override call(run: Run, args: Args): Value {
    return entriesOf(run, args);
  }

  override attribute(name: string): Value | undefined {
    return name === "fromkeys" ? new Builtin(name, ({ budget }, args) => fromKeys(args, budget)) : undefined;
  }

  repr(): string {
    return "<dict>";
  }
}

class Cycler extends TemplateObject {
  readonly typeName = "Cycler";
  readonly #items: readonly Value[];
  #place = 0;

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  override attribute(name: string): Value | undefined {
    const method = (run: () => Value) => new Builtin(name, (_, args) => (bind(name, [], args), run()));
    if (name === "current") return this.#items[this.#place];
    if (name === "pos") return BigInt(this.#place);
    if (name === "next")
      return method(() => {
        const item = this.#items[this.#place];
        this.#place = (this.#place + 1) % this.#items.length;
        return item;
      });
    if (name !== "reset") return undefined;
    return method(() => {
      this.#place = 0;
      return null;
    });
  }

  repr(): string {
    return "<Cycler>";
  }
}

class Joiner extends TemplateObject {
  readonly typeName = "Joiner";
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override attribute(name: string): Value | undefined {
    return name === "sep" ? this.#separator : name === "used" ? this.#used : undefined;
  }

  override call(_: Run, args: Args): Value {
    bind("joiner", [], args);
    if (this.#used) return this.#separator;
    this.#used = true;
    return "";
  }

  repr(): string {
    return "<Joiner>";
  }
}

export function globals(): Map<string, Value> {
  const functions: Record<string, (run: Run, args: Args) => Value> = {
    range,
    namespace: (run, args) => {
      const namespace = new Namespace();
      for (const [name, value] of entriesOf(run, args).entries()) namespace.assign(name, value);
      return namespace;
    },
    cycler: (_, { positional, named }) => {
      if (positional.length === 0 || named.size > 0) fail("at least one item has to be provided");
      return new Cycler(positional);
    },
    joiner: (_, args) => {
      const [separator = ", "] = bind("joiner", ["sep?"], args);
      return new Joiner(separator);
    },
    raise_exception: ({ budget }, args) => {
      throw new TemplateRefusal(str(bind("raise_exception", ["message"], args)[0]!, budget));
    },
    strftime_now: ({ budget, now }, args) => {
      const [format] = bind("strftime_now", ["format"], args);
      const text = isText(format) ? textOf(format) : string(format);
      budget.build(16 * text.length);
      return strftime(text, now());
    },
  };
  const named = new Map<string, Value>([["dict", new DictMaker()]]);
  for (const [name, run] of Object.entries(functions)) named.set(name, new Builtin(name, run));
  return named;
}
