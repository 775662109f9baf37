// Macros and the bodies of call blocks: what they take, and how Jinja matches arguments to it.

import { fail } from "./template-error.ts";
import type { MacroBody } from "./syntax.ts";
import { Dict, TemplateObject, Tuple, Undefined, present, type Args, type Run, type Value } from "./values.ts";

export class Macro extends TemplateObject {
  readonly typeName = "Macro";
  readonly #name: string | undefined;
  readonly #body: MacroBody;
  readonly #render: (values: Map<string, Value | undefined>) => Value;

  /** `render` gets the parameters' values, undefined where none was given, and the special names that the body reads. */
  constructor(name: string | undefined, body: MacroBody, render: (values: Map<string, Value | undefined>) => Value) {
    super();
    this.#name = name;
    this.#body = body;
    this.#render = render;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "name":
        return this.#name ?? null;
      case "arguments":
        return new Tuple(this.#body.parameters.map((parameter) => parameter.name));
      case "catch_kwargs":
        return !!this.#body.kwargs;
      case "catch_varargs":
        return !!this.#body.varargs;
      case "caller":
        return !!this.#body.caller;
      default:
        return undefined;
    }
  }

  override call({ budget }: Run, { positional, named }: Args): Value {
    const { parameters } = this.#body;
    const rest = new Map(named);
    const values = new Map<string, Value | undefined>();
    for (const [index, { name }] of parameters.entries()) {
      if (index >= positional.length) {
        values.set(name, rest.get(name));
        rest.delete(name);
      } else values.set(name, positional[index]);
    }
    if (this.#body.caller && !parameters.some(({ name }) => name === "caller")) {
      values.set(
        "caller",
        present(rest.get("caller"), () => new Undefined("No caller defined")),
      );
      rest.delete("caller");
    }
    if (this.#body.kwargs) values.set("kwargs", new Dict(rest));
    else for (const name of rest.keys()) fail(`macro '${this.#name}' takes no keyword argument '${name}'`);
    const surplus = positional.slice(parameters.length);
    if (this.#body.varargs) values.set("varargs", new Tuple(surplus));
    else if (surplus.length > 0) fail(`macro '${this.#name}' takes not more than ${parameters.length} argument(s)`);
    return budget.nested(() => this.#render(values));
  }

  repr(): string {
    return `<Macro ${this.#name === undefined ? "anonymous" : `'${this.#name}'`}>`;
  }
}
