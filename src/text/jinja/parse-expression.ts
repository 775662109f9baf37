// Jinja's expressions, in its order of binding: condition, or, and, not, comparison, + -, ~, * / // %, **, sign, then
// attributes, calls, filters and tests.

import type { TokenStream } from "./token-stream.ts";
import type { BinaryOperator, CallArgs, CompareOperator, Expression, FilterExpression } from "./syntax.ts";

export function parseExpression(tokens: TokenStream): Expression {
  return tokens.nested(() => parseConditional(tokens));
}

function parseConditional(tokens: TokenStream): Expression {
  let expression = parseOr(tokens);
  while (tokens.skipIf("name", "if")) {
    const test = parseOr(tokens);
    const no = tokens.skipIf("name", "else") ? parseExpression(tokens) : undefined;
    expression = { kind: "conditional", test, yes: expression, no };
  }
  return expression;
}

/** One expression, or a tuple where commas follow; `conditional: false` leaves `if` for the statement around it. */
export function parseTuple(
  tokens: TokenStream,
  { conditional = true, end, empty = false }: { conditional?: boolean; end?: string; empty?: boolean } = {},
): Expression {
  const items: Expression[] = [];
  const ended = () => tokens.is("end") || tokens.is("operator", ")") || (!!end && tokens.is("name", end));
  while (!ended()) {
    items.push(conditional ? parseExpression(tokens) : parseOr(tokens));
    if (!tokens.skipIf("operator", ",")) {
      if (items.length === 1) return items[0];
      return { kind: "tuple", items };
    }
  }
  if (items.length === 0 && !empty) tokens.fail(`expected an expression, got ${tokens.current.text}`);
  return { kind: "tuple", items };
}

function parseOr(tokens: TokenStream): Expression {
  let left = parseAnd(tokens);
  while (tokens.skipIf("name", "or")) left = { kind: "or", left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: TokenStream): Expression {
  let left = parseNot(tokens);
  while (tokens.skipIf("name", "and")) left = { kind: "and", left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: TokenStream): Expression {
  if (tokens.skipIf("name", "not")) return { kind: "not", node: tokens.nested(() => parseNot(tokens)) };
  return parseCompare(tokens);
}

function parseCompare(tokens: TokenStream): Expression {
  const node = parseSum(tokens);
  const operands: [CompareOperator, Expression][] = [];
  for (;;) {
    if (tokens.is("operator", "==", "!=", "<", "<=", ">", ">=")) {
      const operator = tokens.next().text as CompareOperator;
      operands.push([operator, parseSum(tokens)]);
    } else if (tokens.skipIf("name", "in")) operands.push(["in", parseSum(tokens)]);
    else if (tokens.is("name", "not") && tokens.isNext("name", "in")) {
      tokens.next();
      tokens.next();
      operands.push(["not in", parseSum(tokens)]);
    } else return operands.length > 0 ? { kind: "compare", node, operands } : node;
  }
}

function parseSum(tokens: TokenStream): Expression {
  return parseBinary(tokens, ["+", "-"], parseConcat);
}

function parseConcat(tokens: TokenStream): Expression {
  const nodes = [parseProduct(tokens)];
  while (tokens.skipIf("operator", "~")) nodes.push(parseProduct(tokens));
  return nodes.length === 1 ? nodes[0] : { kind: "concat", nodes };
}

function parseProduct(tokens: TokenStream): Expression {
  return parseBinary(tokens, ["*", "/", "//", "%"], parsePower);
}

/** From left to right, unlike Python's. */
function parsePower(tokens: TokenStream): Expression {
  return parseBinary(tokens, ["**"], parseUnary);
}

function parseBinary(
  tokens: TokenStream,
  operators: BinaryOperator[],
  operand: (tokens: TokenStream) => Expression,
): Expression {
  let left = operand(tokens);
  while (tokens.is("operator", ...operators)) {
    const operator = tokens.next().text as BinaryOperator;
    left = { kind: "binary", operator, left, right: operand(tokens) };
  }
  return left;
}

/** A sign binds closer than filters, and attributes stand on the signed value. */
function parseUnary(tokens: TokenStream, withFilters: unknown = true): Expression {
  let node: Expression;
  if (tokens.is("operator", "-", "+")) {
    const kind = tokens.next().text === "-" ? "negative" : "positive";
    node = { kind, node: tokens.nested(() => parseUnary(tokens, false)) };
  } else node = parsePrimary(tokens);
  node = parsePostfix(tokens, node);
  return withFilters ? parseFilters(tokens, node) : node;
}

export function parsePrimary(tokens: TokenStream): Expression {
  const token = tokens.current;
  if (token.type === "name") {
    tokens.next();
    if (/^([tT]rue|[fF]alse)$/.test(token.text)) return { kind: "constant", value: /^t/i.test(token.text) };
    if (/^[nN]one$/.test(token.text)) return { kind: "constant", value: null };
    return { kind: "name", name: token.text };
  }
  if (token.type === "string") {
    let value = "";
    while (tokens.is("string")) value += tokens.next().value as string;
    return { kind: "constant", value };
  }
  if (token.type === "number") return { kind: "constant", value: tokens.next().value! };
  if (tokens.skipIf("operator", "(")) {
    const node = parseTuple(tokens, { empty: true });
    tokens.expect("operator", ")");
    return node;
  }
  if (tokens.skipIf("operator", "[")) {
    return { kind: "list", items: parseItems(tokens, "]", () => parseExpression(tokens)) };
  }
  if (tokens.skipIf("operator", "{")) {
    const pairs = parseItems(tokens, "}", (): [Expression, Expression] => {
      const key = parseExpression(tokens);
      tokens.expect("operator", ":");
      return [key, parseExpression(tokens)];
    });
    return { kind: "dict", pairs };
  }
  return tokens.fail(`unexpected ${token.text}`);
}

/** Items between commas up to the closing sign, which may follow a comma. */
export function parseItems<T>(tokens: TokenStream, close: string, item: () => T): T[] {
  const items: T[] = [];
  while (!tokens.is("operator", close)) {
    if (items.length > 0) tokens.expect("operator", ",");
    if (tokens.is("operator", close)) break;
    items.push(item());
  }
  tokens.next();
  return items;
}

function parsePostfix(tokens: TokenStream, node: Expression): Expression {
  for (;;) {
    if (tokens.skipIf("operator", ".")) {
      const token = tokens.next();
      if (token.type === "name") node = { kind: "attribute", node, name: token.text };
      else if (token.text === "integer") node = { kind: "item", node, key: { kind: "constant", value: token.value! } };
      else tokens.fail("expected name or number");
    } else if (tokens.skipIf("operator", "[")) node = parseSubscript(tokens, node);
    else if (tokens.is("operator", "(")) node = { kind: "call", node, ...parseArguments(tokens) };
    else return node;
  }
}

function parseSubscript(tokens: TokenStream, node: Expression): Expression {
  const atEnd = () => tokens.is("operator", ":", "]", ",");
  const part = () => (atEnd() ? undefined : parseExpression(tokens));
  const start = part();
  if (tokens.skipIf("operator", ":")) {
    const stop = part();
    const step = tokens.skipIf("operator", ":") ? part() : undefined;
    tokens.expect("operator", "]");
    return { kind: "slice", node, start, stop, step };
  }
  if (!start && !tokens.is("operator", "]")) tokens.fail(`unexpected ${tokens.current.text}`);
  if (tokens.skipIf("operator", "]")) {
    return { kind: "item", node, key: start ?? { kind: "tuple", items: [] } };
  }
  const items = [start!];
  while (tokens.skipIf("operator", ",")) items.push(parseExpression(tokens));
  tokens.expect("operator", "]");
  return { kind: "item", node, key: { kind: "tuple", items } };
}

function parseArguments(tokens: TokenStream): CallArgs {
  tokens.expect("operator", "(");
  const args: CallArgs = { positional: [], named: [] };
  const names = new Set<string>();
  const unlessAfter = (wrong: unknown) => {
    if (wrong) tokens.fail("invalid syntax for function call expression");
  };
  parseItems(tokens, ")", () => {
    if (tokens.skipIf("operator", "*")) {
      unlessAfter(args.spread ?? args.spreadNamed);
      args.spread = parseExpression(tokens);
    } else if (tokens.skipIf("operator", "**")) {
      unlessAfter(args.spreadNamed);
      args.spreadNamed = parseExpression(tokens);
    } else if (tokens.is("name") && tokens.isNext("operator", "=")) {
      unlessAfter(args.spreadNamed);
      const name = tokens.next().text;
      tokens.next();
      if (names.has(name)) tokens.fail(`keyword argument repeated: ${name}`);
      names.add(name);
      args.named.push([name, parseExpression(tokens)]);
    } else {
      unlessAfter(args.spread ?? args.spreadNamed ?? args.named[0]);
      args.positional.push(parseExpression(tokens));
    }
  });
  return args;
}

function parseFilters(tokens: TokenStream, node: Expression): Expression {
  for (;;) {
    if (tokens.skipIf("operator", "|")) node = parseFilter(tokens, node);
    else if (tokens.skipIf("name", "is")) node = parseTest(tokens, node);
    else if (tokens.is("operator", "(")) node = { kind: "call", node, ...parseArguments(tokens) };
    else return node;
  }
}

/** A filter's name and arguments; the `|` is read. */
function parseFilter(tokens: TokenStream, node: Expression | undefined): FilterExpression {
  const name = parseDottedName(tokens);
  return { kind: "filter", node, name, ...argumentsIfAny(tokens) };
}

/** Filters one after another on a block's text; undefined if there is none. */
export function parseBlockFilters(tokens: TokenStream, first: boolean): FilterExpression | undefined {
  let filter: FilterExpression | undefined = first ? parseFilter(tokens, undefined) : undefined;
  while (tokens.skipIf("operator", "|")) filter = parseFilter(tokens, filter);
  return filter;
}

function parseTest(tokens: TokenStream, node: Expression): Expression {
  const negated = tokens.skipIf("name", "not");
  const name = parseDottedName(tokens);
  let args = argumentsIfAny(tokens);
  const operand =
    tokens.is("string") ||
    tokens.is("number") ||
    tokens.is("operator", "[", "{") ||
    (tokens.is("name") && !tokens.is("name", "else", "or", "and"));
  if (operand && !args.written) {
    if (tokens.is("name", "is")) tokens.fail("You cannot chain multiple tests with is");
    args = { positional: [parsePostfix(tokens, parsePrimary(tokens))], named: [], written: true };
  }
  const { written: _, ...callArgs } = args;
  const test: Expression = { kind: "test", node, name, ...callArgs };
  return negated ? { kind: "not", node: test } : test;
}

function argumentsIfAny(tokens: TokenStream): CallArgs & { written: boolean } {
  if (!tokens.is("operator", "(")) return { positional: [], named: [], written: false };
  return { ...parseArguments(tokens), written: true };
}

function parseDottedName(tokens: TokenStream): string {
  let name = tokens.expect("name").text;
  while (tokens.skipIf("operator", ".")) name += `.${tokens.expect("name").text}`;
  return name;
}
