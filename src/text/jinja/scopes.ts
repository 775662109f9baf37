// What each name means in each scope, as Jinja's compiler decides it before anything runs: a name that a scope sets is
// its own from the scope's beginning, with the outer scope's value where an outer one has that name; and a name that is
// set first and read before (by a loop or macro further up) is undefined, even if the context has it. Filters and tests
// that do not exist are refused here, except under a condition.

import { filterNames } from "./filters.ts";
import { bodyNames, children, expressionNames, reads, targetNames } from "./names.ts";
import type { Expression, ForStatement, Local, MacroBody, Statement, Target } from "./syntax.ts";
import { fail } from "./template-error.ts";
import { testNames } from "./tests.ts";

// Every branch of a condition has the names before it, so many of both would take forever.
const mostCopies = 1_000_000;

class Scope {
  readonly parent: Scope | undefined;
  readonly #copied: { names: number };
  readonly names = new Map<string, Local["from"] | "parameter">();
  readonly #stores = new Set<string>();

  constructor(parent: Scope | undefined, copied = parent ? parent.#copied : { names: 0 }) {
    this.parent = parent;
    this.#copied = copied;
  }

  has(name: string): boolean {
    return this.names.has(name) || (this.parent?.has(name) ?? false);
  }

  parameter(name: string): void {
    this.#stores.add(name);
    this.names.set(name, "parameter");
  }

  load(name: string): void {
    if (!this.has(name)) this.names.set(name, "context");
  }

  store(name: string): void {
    this.#stores.add(name);
    if (!this.names.has(name)) this.names.set(name, this.parent?.has(name) ? "alias" : "nothing");
  }

  copy(): Scope {
    this.#copied.names += this.names.size;
    if (this.#copied.names > mostCopies) fail("a template with too many names and conditions");
    const copy = new Scope(this.parent, this.#copied);
    for (const [name, from] of this.names) copy.names.set(name, from);
    for (const name of this.#stores) copy.#stores.add(name);
    return copy;
  }

  /** After the branches of a condition: what only some of them set may also be what it was before. */
  join(branches: readonly Scope[]): void {
    const stored = new Set(branches.flatMap((branch) => [...branch.#stores]));
    for (const name of this.#stores) stored.delete(name);
    for (const branch of branches) {
      for (const [name, from] of branch.names) this.names.set(name, from);
      for (const name of branch.#stores) this.#stores.add(name);
    }
    for (const name of stored) this.names.set(name, this.parent?.has(name) ? "alias" : "context");
  }

  /** Those that must be set up when the scope is entered. */
  locals(): Local[] {
    const locals: Local[] = [];
    for (const [name, from] of this.names)
      if (from !== "parameter" && this.#stores.has(name)) locals.push({ name, from });
    return locals;
  }
}

/** Where a statement stands. */
interface Place {
  /** Under a condition: filters that do not exist fail only when they are used. */
  soft: boolean;
  /** In a loop of the same function: break and continue have something to leave. */
  loop: boolean;
}

/** Gives every statement that opens a scope its locals, and returns the template's own. */
export function resolveScopes(body: Statement[]): Local[] {
  return resolve(new Scope(undefined), body, false);
}

/** Resolves a scope's body, then the scopes in it, which need all of its names. */
function resolve(scope: Scope, body: readonly Statement[], loop: boolean, head: readonly Expression[] = []): Local[] {
  const inner: ((scope: Scope) => void)[] = [];
  for (const node of head) visit(scope, node, false);
  visitBody(scope, body, { soft: false, loop }, inner);
  for (const resolveInner of inner) resolveInner(scope);
  return scope.locals();
}

function visit(scope: Scope, node: Expression | undefined, soft: boolean): void {
  if (!node) return;
  for (const { name } of expressionNames(node)) scope.load(name);
  checkNames(node, soft);
}

function checkNames(node: Expression, soft: boolean): void {
  if (node.kind === "filter" && !soft && !filterNames.has(node.name)) fail(`No filter named '${node.name}'.`);
  if (node.kind === "test" && !soft && !testNames.has(node.name)) fail(`No test named '${node.name}'.`);
  for (const child of children(node)) if (child) checkNames(child, soft || node.kind === "conditional");
}

function store(scope: Scope, target: Target): void {
  for (const { name } of targetNames(target)) scope.store(name);
  const load = (part: Target): void => {
    if (part.kind === "namespace") scope.load(part.name);
    if (part.kind === "tuple") part.items.forEach(load);
  };
  load(target);
}

function visitBody(scope: Scope, body: readonly Statement[], place: Place, inner: ((scope: Scope) => void)[]): void {
  const { soft, loop } = place;
  for (const node of body)
    switch (node.kind) {
      case "output":
        for (const part of node.parts) if (typeof part !== "string") visit(scope, part, soft);
        break;
      case "for":
        visit(scope, node.items, soft);
        inner.push((outer) => resolveFor(outer, node, loop));
        break;
      case "if": {
        const branches: Scope[] = [];
        for (const [test, branch] of node.branches) {
          visit(scope, test, true);
          branches.push(visitBranch(scope, branch, loop, inner));
        }
        branches.push(visitBranch(scope, node.otherwise, loop, inner));
        scope.join(branches);
        break;
      }
      case "macro":
        scope.store(node.name);
        inner.push((outer) => resolveMacro(outer, node));
        break;
      case "callBlock":
        visit(scope, node.call, soft);
        inner.push((outer) => resolveMacro(outer, node));
        break;
      case "generation":
        inner.push((outer) => resolveMacro(outer, node));
        break;
      case "filterBlock":
        visit(scope, node.filter, soft);
        inner.push((outer) => (node.locals = resolve(new Scope(outer), node.body, loop)));
        break;
      case "with":
        for (const value of node.values) visit(scope, value, soft);
        inner.push((outer) => {
          const own = new Scope(outer);
          for (const target of node.targets)
            for (const { name } of targetNames(target, "parameter")) own.parameter(name);
          node.locals = resolve(own, node.body, loop);
        });
        break;
      case "set":
        visit(scope, node.value, soft);
        store(scope, node.target);
        break;
      case "setBlock":
        store(scope, node.target);
        visit(scope, node.filter, soft);
        inner.push((outer) => (node.locals = resolve(new Scope(outer), node.body, loop)));
        break;
      case "block":
        inner.push((outer) => (node.locals = resolve(new Scope(node.scoped ? outer : undefined), node.body, false)));
        break;
      case "break":
      case "continue":
        if (!loop) fail(`'${node.kind}' outside loop`);
        break;
      default:
    }
}

function visitBranch(
  scope: Scope,
  body: readonly Statement[],
  loop: boolean,
  inner: ((scope: Scope) => void)[],
): Scope {
  const branch = scope.copy();
  visitBody(branch, body, { soft: true, loop }, inner);
  return branch;
}

function resolveFor(outer: Scope, node: ForStatement, inLoop: boolean): void {
  const stored = [...targetNames(node.target), ...bodyNames([node])];
  if (stored.some(({ name, how }) => name === "loop" && how === "store"))
    fail("Can't assign to special loop variable in for-loop target");
  node.loop = node.recursive || reads(node.body, "loop");
  const own = new Scope(outer);
  if (node.loop) own.parameter("loop");
  for (const { name } of targetNames(node.target)) own.parameter(name);
  node.locals = resolve(own, node.body, true);
  node.otherwiseLocals = resolve(new Scope(outer), node.otherwise, inLoop && !node.recursive);
  const test = new Scope(outer);
  for (const { name } of targetNames(node.target)) test.parameter(name);
  visit(test, node.test, false);
}

function resolveMacro(outer: Scope, node: MacroBody): void {
  const own = new Scope(outer);
  for (const { name } of node.parameters) own.parameter(name);
  for (const special of ["caller", "kwargs", "varargs"] as const) {
    const given = node.parameters.find(({ name }) => name === special);
    if (!reads(node.body, special)) continue;
    if (special === "caller" && given && !given.default)
      fail('the special "caller" argument must be omitted or be given a default.');
    if (special === "caller" || !given) node[special] = true;
    own.parameter(special);
  }
  const defaults = node.parameters.flatMap((parameter) => parameter.default ?? []);
  node.locals = resolve(own, node.body, false, defaults);
}
