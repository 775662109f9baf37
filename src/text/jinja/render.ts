// Runs a parsed template: statements write text, scopes hold names. With parseTemplate, this folder's way in.

import { Budget } from "./budget.ts";
import { isTrue, iteratorOf, walk } from "./compare.ts";
import { Evaluator, type Names } from "./evaluate.ts";
import { fromJson } from "./from-json.ts";
import { globals } from "./globals.ts";
import { Loop } from "./loop.ts";
import { Macro } from "./macro.ts";
import type { Template } from "./parse-template.ts";
import { str } from "./print.ts";
import type { ForStatement, Local, MacroBody, Statement, Target } from "./syntax.ts";
import { TemplateError, fail } from "./template-error.ts";
import { string } from "./text-methods.ts";
import { Namespace, Undefined, present, typeName, type Value } from "./values.ts";

/**
 * The template's text for a context of plain JSON data. Throws TemplateRefusal where the template calls raise_exception,
 * and TemplateError for what Python refuses and for what costs too much (budget.ts, `steps` replaces its number).
 */
export function renderTemplate(
  template: Template,
  context: Record<string, unknown>,
  { now = () => new Date(), steps }: { now?: () => Date; steps?: number } = {},
): string {
  const seen = { characters: 0 };
  const values = globals();
  for (const [name, data] of Object.entries(context)) values.set(name, fromJson(data, seen));
  try {
    return new Renderer(values, new Budget(seen.characters, steps), now).render(template);
  } catch (cause) {
    // Python stops this in its own way (RecursionError).
    if (cause instanceof RangeError) throw new TemplateError("a template that nests values too deeply", { cause });
    throw cause;
  }
}

/** Names of one scope; undefined: declared here, and not set yet. */
class Scope implements Names {
  readonly values = new Map<string, Value | undefined>();
  readonly #outer: Names | undefined;

  constructor(outer: Names | undefined) {
    this.#outer = outer;
  }

  lookUp(name: string): Value | undefined {
    return this.values.has(name) ? this.values.get(name) : this.#outer?.lookUp(name);
  }
}

/** How a body ended: at its end, or leaving the loop's pass or the loop. */
type Ending = "break" | "continue" | undefined;

class Renderer {
  readonly #context: Scope;
  readonly #evaluator: Evaluator;
  readonly #budget: Budget;
  #written: string[] = [];
  #length = 0;
  #root: Scope;

  constructor(context: Map<string, Value>, budget: Budget, now: () => Date) {
    this.#context = new Scope(undefined);
    for (const [name, value] of context) this.#context.values.set(name, value);
    this.#budget = budget;
    this.#evaluator = new Evaluator(budget, now);
    this.#root = this.#context;
  }

  render({ body, locals }: Template): string {
    this.#root = this.#enter(this.#context, locals);
    return this.#capture(() => this.#run(body, this.#root)).text;
  }

  #enter(outer: Names, locals: readonly Local[] = []): Scope {
    const scope = new Scope(outer);
    this.#declare(scope, outer, locals);
    return scope;
  }

  #declare(scope: Scope, outer: Names, locals: readonly Local[] = []): void {
    for (const { name, from } of locals)
      scope.values.set(name, from === "nothing" ? undefined : (from === "alias" ? outer : this.#context).lookUp(name));
  }

  #write(text: string): void {
    this.#length += text.length;
    this.#budget.build(this.#length);
    this.#written.push(text);
  }

  /** What `write` writes, as text of its own. */
  #capture(write: () => Ending): { text: string; ending: Ending } {
    const [written, length] = [this.#written, this.#length];
    [this.#written, this.#length] = [[], 0];
    const ending = write();
    const text = this.#written.join("");
    [this.#written, this.#length] = [written, length];
    return { text, ending };
  }

  #run(body: readonly Statement[], scope: Scope): Ending {
    for (const statement of body) {
      this.#budget.spend(1);
      const ending = this.#statement(statement, scope);
      if (ending) return ending;
    }
    return undefined;
  }

  #statement(node: Statement, scope: Scope): Ending {
    switch (node.kind) {
      case "output":
        for (const part of node.parts)
          this.#write(typeof part === "string" ? part : str(this.#evaluator.evaluate(part, scope), this.#budget));
        return undefined;
      case "if": {
        const branch = node.branches.find(([test]) => isTrue(this.#evaluator.evaluate(test, scope)));
        return this.#run(branch ? branch[1] : node.otherwise, scope);
      }
      case "for":
        return this.#for(node, scope);
      case "set":
        this.#assign(node.target, () => this.#evaluator.evaluate(node.value, scope), scope);
        return undefined;
      case "setBlock": {
        const inner = this.#enter(scope, node.locals);
        const { text, ending } = this.#capture(() => this.#run(node.body, inner));
        if (ending) return ending;
        this.#assign(
          node.target,
          () => (node.filter ? this.#evaluator.filtered(node.filter, text, inner) : text),
          scope,
        );
        return undefined;
      }
      case "filterBlock": {
        const inner = this.#enter(scope, node.locals);
        const { text, ending } = this.#capture(() => this.#run(node.body, inner));
        if (!ending) this.#write(string(this.#evaluator.filtered(node.filter, text, inner)));
        return ending;
      }
      case "macro":
        scope.values.set(node.name, this.#macro(node.name, node, scope));
        return undefined;
      case "callBlock": {
        const caller = this.#macro("caller", node, scope, undefined);
        const callee = this.#evaluator.evaluate(node.call.node, scope);
        const { positional, named } = this.#evaluator.args(node.call, scope);
        const result = this.#evaluator.call(callee, { positional, named: new Map([...named, ["caller", caller]]) });
        this.#write(string(result)); // Python joins it to the rest as it is
        return undefined;
      }
      case "generation": {
        const macro = this.#macro("generation", node, scope, undefined);
        this.#write(string(macro.call(this.#evaluator, { positional: [], named: new Map() })));
        return undefined;
      }
      case "with": {
        const inner = new Scope(scope);
        const values = node.values.map((value) => this.#evaluator.evaluate(value, scope));
        for (const [index, target] of node.targets.entries()) this.#assign(target, () => values[index], inner);
        this.#declare(inner, scope, node.locals);
        return this.#run(node.body, inner);
      }
      case "block":
        return this.#run(node.body, this.#enter(node.scoped ? scope : this.#root, node.locals));
      case "unavailable":
        return fail(`{% ${node.tag} %}: no loader for this environment specified`);
      default:
        return node.kind;
    }
  }

  #for(node: ForStatement, scope: Scope): Ending {
    const items = this.#evaluator.evaluate(node.items, scope);
    if (!node.recursive) return this.#loop(node, items, scope);
    const recurse = (inner: Value, depth: number): Value =>
      this.#budget.nested(() => this.#capture(() => this.#loop(node, inner, scope, depth, recurse)).text);
    this.#write(recurse(items, 0) as string);
    return undefined;
  }

  #loop(
    node: ForStatement,
    items: Value,
    outer: Scope,
    depth = 0,
    recurse?: (items: Value, depth: number) => Value,
  ): Ending {
    const iterator = node.test ? this.#passing(node, items, outer) : iteratorOf(items);
    if (!iterator) return fail(`'${typeName(items)}' object is not iterable`);
    const loop = new Loop(node.test ? undefined : items, iterator, this.#budget, depth, recurse);
    let whole = false;
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      this.#budget.spend(1);
      const scope = new Scope(outer);
      if (node.loop) scope.values.set("loop", loop);
      this.#unpack(node.target, item, scope);
      this.#declare(scope, outer, node.locals);
      const ending = this.#run(node.body, scope);
      if (ending === "break") break;
      if (!ending) whole = true;
    }
    // As Jinja: the other branch also runs where no pass came to its end.
    return whole ? undefined : this.#run(node.otherwise, this.#enter(outer, node.otherwiseLocals));
  }

  /** The items that pass the loop's own test, which is asked only when each one's turn comes. */
  *#passing(node: ForStatement, items: Value, outer: Scope): Generator<Value> {
    for (const item of walk(items, this.#budget)) {
      const scope = new Scope(outer);
      this.#unpack(node.target, item, scope);
      if (isTrue(this.#evaluator.evaluate(node.test!, scope))) yield item;
    }
  }

  #macro(name: string, node: MacroBody, outer: Scope, shown: string | undefined = name): Macro {
    return new Macro(shown, node, (values) => {
      const scope = new Scope(outer);
      for (const [parameter, value] of values) scope.values.set(parameter, value);
      this.#declare(scope, outer, node.locals);
      for (const parameter of node.parameters) {
        if (values.get(parameter.name) !== undefined) continue;
        const value = parameter.default && this.#evaluator.evaluate(parameter.default, scope);
        const missing = () => new Undefined(`parameter '${parameter.name}' was not provided`);
        scope.values.set(parameter.name, present<Value>(value, missing));
      }
      return this.#capture(() => this.#run(node.body, scope)).text;
    });
  }

  #assign(target: Target, value: () => Value, scope: Scope): void {
    this.#checkNamespaces(target, scope);
    this.#unpack(target, value(), scope);
  }

  #checkNamespaces(target: Target, scope: Scope): void {
    if (target.kind === "tuple") for (const item of target.items) this.#checkNamespaces(item, scope);
    if (target.kind === "namespace" && !(scope.lookUp(target.name) instanceof Namespace))
      fail("cannot assign attribute on non-namespace object");
  }

  #unpack(target: Target, value: Value, scope: Scope): void {
    if (target.kind === "name") scope.values.set(target.name, value);
    else if (target.kind === "namespace") (scope.lookUp(target.name) as Namespace).assign(target.attribute, value);
    else {
      const values = [...walk(value, this.#budget)];
      if (values.length !== target.items.length)
        fail(`expected ${target.items.length} values to unpack, got ${values.length}`);
      for (const [index, item] of target.items.entries()) this.#unpack(item, values[index], scope);
    }
  }
}
