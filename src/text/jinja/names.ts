// The names that a piece of a template reads and sets, in the order in which Jinja's compiler comes across them: that
// order decides what a name means (scopes.ts).

import type { CallArgs, Expression, MacroBody, Statement, Target } from "./syntax.ts";

export interface Use {
  name: string;
  how: "load" | "store" | "parameter";
}

/** An expression's parts, not their parts. */
export function children(node: Expression): (Expression | undefined)[] {
  switch (node.kind) {
    case "constant":
    case "name":
      return [];
    case "tuple":
    case "list":
      return node.items;
    case "dict":
      return node.pairs.flat();
    case "binary":
    case "and":
    case "or":
      return [node.left, node.right];
    case "compare":
      return [node.node, ...node.operands.map(([, operand]) => operand)];
    case "concat":
      return node.nodes;
    case "conditional":
      return [node.test, node.yes, node.no];
    case "item":
      return [node.node, node.key];
    case "slice":
      return [node.node, node.start, node.stop, node.step];
    case "call":
    case "filter":
    case "test":
      return [node.node, ...argumentsOf(node)];
    default:
      return [node.node];
  }
}

function argumentsOf(args: CallArgs): (Expression | undefined)[] {
  return [...args.positional, ...args.named.map(([, value]) => value), args.spread, args.spreadNamed];
}

export function* expressionNames(node: Expression | undefined): Generator<Use> {
  if (!node) return;
  if (node.kind === "name") yield { name: node.name, how: "load" };
  else for (const child of children(node)) yield* expressionNames(child);
}

export function* targetNames(target: Target, how: "store" | "parameter" = "store"): Generator<Use> {
  if (target.kind === "name") yield { name: target.name, how };
  else if (target.kind === "tuple") for (const item of target.items) yield* targetNames(item, how);
}

/** Of everything inside, other scopes included; blocks are left out. */
export function* bodyNames(body: readonly Statement[]): Generator<Use> {
  for (const statement of body) yield* statementNames(statement);
}

function* statementNames(node: Statement): Generator<Use> {
  switch (node.kind) {
    case "output":
      for (const part of node.parts) if (typeof part !== "string") yield* expressionNames(part);
      return;
    case "for":
      yield* targetNames(node.target);
      yield* expressionNames(node.items);
      yield* bodyNames(node.body);
      yield* bodyNames(node.otherwise);
      yield* expressionNames(node.test);
      return;
    case "if":
      for (const [test, body] of node.branches) {
        yield* expressionNames(test);
        yield* bodyNames(body);
      }
      yield* bodyNames(node.otherwise);
      return;
    case "macro":
    case "generation":
      yield* macroNames(node);
      return;
    case "callBlock":
      yield* expressionNames(node.call);
      yield* macroNames(node);
      return;
    case "filterBlock":
      yield* bodyNames(node.body);
      yield* expressionNames(node.filter);
      return;
    case "with":
      for (const target of node.targets) yield* targetNames(target, "parameter");
      for (const value of node.values) yield* expressionNames(value);
      yield* bodyNames(node.body);
      return;
    case "set":
      yield* targetNames(node.target);
      yield* expressionNames(node.value);
      return;
    case "setBlock":
      yield* targetNames(node.target);
      yield* expressionNames(node.filter);
      yield* bodyNames(node.body);
      return;
    default:
  }
}

function* macroNames(node: MacroBody): Generator<Use> {
  for (const { name } of node.parameters) yield { name, how: "parameter" };
  for (const parameter of node.parameters) yield* expressionNames(parameter.default);
  yield* bodyNames(node.body);
}

/** Whether the body reads a name before it sets it. */
export function reads(body: readonly Statement[], name: string): boolean {
  for (const use of bodyNames(body)) if (use.name === name) return use.how === "load";
  return false;
}
