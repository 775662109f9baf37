// `loop` inside a for statement: where the loop is, what comes next, and a recursive loop called again.

import { bind } from "./bind-arguments.ts";
import type { Budget } from "./budget.ts";
import { equal, lengthOf } from "./compare.ts";
import { fail } from "./template-error.ts";
import { Builtin, TemplateObject, Undefined, present, type Args, type Run, type Value } from "./values.ts";

export class Loop extends TemplateObject {
  readonly typeName = "LoopContext";
  readonly #iterator: Iterator<Value>;
  readonly #recurse: ((items: Value, depth: number) => Value) | undefined;
  readonly #depth: number;
  readonly #budget: Budget;
  #length: number | undefined;
  /** Items taken from the iterator before their turn. */
  #ahead: Value[] = [];
  #index = -1;
  #previous: Value | undefined;
  #current: Value | undefined;
  #changed: readonly Value[] | undefined;

  constructor(
    items: Value | undefined,
    iterator: Iterator<Value>,
    budget: Budget,
    depth = 0,
    recurse?: (items: Value, depth: number) => Value,
  ) {
    super();
    this.#iterator = iterator;
    this.#budget = budget;
    this.#depth = depth;
    this.#recurse = recurse;
    this.#length = items === undefined ? undefined : lengthOf(items);
  }

  /** The next item; undefined at the end. */
  next(): Value | undefined {
    const item = this.#peek();
    if (item === undefined) return undefined;
    this.#ahead.shift();
    this.#index++;
    this.#previous = this.#current;
    this.#current = item;
    return item;
  }

  #peek(): Value | undefined {
    if (this.#ahead.length === 0) {
      const { value, done } = this.#iterator.next();
      if (done) return undefined;
      this.#ahead.push(value);
    }
    return this.#ahead[0];
  }

  #count(): number {
    if (this.#length === undefined) {
      for (let next = this.#iterator.next(); !next.done; next = this.#iterator.next()) {
        this.#budget.spend(1);
        this.#ahead.push(next.value);
      }
      this.#length = this.#index + 1 + this.#ahead.length;
    }
    return this.#length;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return BigInt(this.#index + 1);
      case "index0":
        return BigInt(this.#index);
      case "revindex":
        return BigInt(this.#count() - this.#index);
      case "revindex0":
        return BigInt(this.#count() - this.#index - 1);
      case "first":
        return this.#index === 0;
      case "last":
        return this.#peek() === undefined;
      case "length":
        return BigInt(this.#count());
      case "depth":
        return BigInt(this.#depth + 1);
      case "depth0":
        return BigInt(this.#depth);
      case "previtem":
        return this.#index === 0 ? new Undefined("there is no previous item") : this.#previous;
      case "nextitem":
        return present(this.#peek(), () => new Undefined("there is no next item"));
      case "cycle":
        return new Builtin(name, (_, { positional }) =>
          positional.length === 0 ? fail("no items for cycling given") : positional[this.#index % positional.length],
        );
      case "changed":
        return new Builtin(name, (_, { positional }) => {
          const before = this.#changed;
          this.#changed = positional;
          return !(before && equal([...before], [...positional], this.#budget));
        });
      default:
        return undefined;
    }
  }

  override call(_: Run, args: Args): Value {
    const [items] = bind("loop", ["iterable"], args);
    if (!this.#recurse) return fail("The loop must have the 'recursive' marker to be called recursively.");
    return this.#recurse(items!, this.#depth + 1);
  }

  repr(): string {
    return `<LoopContext ${this.#index + 1}/${this.#count()}>`;
  }
}
