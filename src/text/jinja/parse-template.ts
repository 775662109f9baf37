// Jinja's statements: a template's tokens as a tree, with its scopes resolved.

import { parseBlockFilters, parseExpression, parseItems, parsePrimary, parseTuple } from "./parse-expression.ts";
import { resolveScopes } from "./scopes.ts";
import type { Expression, Local, Parameter, Statement, Target } from "./syntax.ts";
import { fail, TemplateError } from "./template-error.ts";
import { TokenStream } from "./token-stream.ts";

export interface Template {
  body: Statement[];
  locals: Local[];
}

const longestTemplate = 2 ** 18; // characters: it is read before any budget counts

/** Throws TemplateError with the line where it cannot be read. */
export function parseTemplate(source: string): Template {
  if (source.length > longestTemplate) fail(`a template of ${source.length} characters`);
  try {
    const body = parseBody(new TokenStream(source), []);
    return { body, locals: resolveScopes(body) };
  } catch (cause) {
    // Chains such as a.b.c are read in a loop, but walked by calls.
    if (cause instanceof RangeError) throw new TemplateError("a template with too long an expression", { cause });
    throw cause;
  }
}

/** Up to the end of the template, or to one of the tags in `ends`, whose name is then the current token. */
function parseBody(tokens: TokenStream, ends: string[]): Statement[] {
  const body: Statement[] = [];
  let parts: (string | Expression)[] = [];
  const flush = () => {
    if (parts.length > 0) body.push({ kind: "output", parts });
    parts = [];
  };
  while (!tokens.is("eof")) {
    const token = tokens.next();
    if (token.type === "data") parts.push(token.text);
    else if (token.text === "{{") {
      parts.push(parseTuple(tokens));
      tokens.expect("end", "}}");
    } else {
      flush();
      if (tokens.is("name", ...ends) && ends.length > 0) return body;
      body.push(tokens.nested(() => parseStatement(tokens)));
      tokens.expect("end", "%}");
    }
  }
  flush();
  if (ends.length > 0) tokens.fail(`Unexpected end of template. Jinja was looking for ${ends.join(" or ")}.`);
  return body;
}

/** A block's body after its opening tag, and which of the ends was found; that name is read, too. */
function parseBlock(tokens: TokenStream, ...ends: string[]): { body: Statement[]; end: string } {
  tokens.skipIf("operator", ":");
  tokens.expect("end", "%}");
  const body = parseBody(tokens, ends);
  return { body, end: tokens.next().text };
}

function parseStatement(tokens: TokenStream): Statement {
  const tag = tokens.expect("name").text;
  switch (tag) {
    case "for":
      return parseFor(tokens);
    case "if":
      return parseIf(tokens);
    case "set":
      return parseSet(tokens);
    case "macro": {
      const name = tokens.expect("name").text;
      const parameters = parseParameters(tokens);
      return { kind: "macro", name, parameters, body: parseBlock(tokens, "endmacro").body };
    }
    case "call": {
      const parameters = tokens.is("operator", "(") ? parseParameters(tokens) : [];
      const call = parseExpression(tokens);
      if (call.kind !== "call") return tokens.fail("expected call");
      return { kind: "callBlock", call, parameters, body: parseBlock(tokens, "endcall").body };
    }
    case "filter": {
      const filter = parseBlockFilters(tokens, true)!;
      return { kind: "filterBlock", filter, body: parseBlock(tokens, "endfilter").body };
    }
    case "with":
      return parseWith(tokens);
    case "print":
      return { kind: "output", parts: tokens.is("end") ? [] : parseList(tokens, () => parseExpression(tokens)) };
    case "generation": // transformers' own: marks the assistant's words for training
      return { kind: "generation", parameters: [], body: parseBlock(tokens, "endgeneration").body };
    case "block":
      return parseNamedBlock(tokens);
    case "break":
    case "continue":
      return { kind: tag };
    case "extends":
    case "include":
    case "import":
    case "from":
      while (!tokens.is("end") && !tokens.is("eof")) tokens.next();
      return { kind: "unavailable", tag };
    default:
      return tokens.fail(`Encountered unknown tag '${tag}'.`);
  }
}

function parseFor(tokens: TokenStream): Statement {
  const target = parseTarget(tokens, { end: "in" });
  tokens.expect("name", "in");
  const items = parseTuple(tokens, { conditional: false, end: "recursive" });
  const test = tokens.skipIf("name", "if") ? parseExpression(tokens) : undefined;
  const recursive = tokens.skipIf("name", "recursive");
  const { body, end } = parseBlock(tokens, "endfor", "else");
  const otherwise = end === "else" ? parseBlock(tokens, "endfor").body : [];
  return { kind: "for", target, items, test, recursive, body, otherwise };
}

function parseIf(tokens: TokenStream): Statement {
  const branches: [Expression, Statement[]][] = [];
  for (;;) {
    const test = parseTuple(tokens, { conditional: false });
    const { body, end } = parseBlock(tokens, "elif", "else", "endif");
    branches.push([test, body]);
    if (end === "elif") continue;
    return { kind: "if", branches, otherwise: end === "else" ? parseBlock(tokens, "endif").body : [] };
  }
}

function parseSet(tokens: TokenStream): Statement {
  const target = parseTarget(tokens, { namespaces: true });
  if (tokens.skipIf("operator", "=")) return { kind: "set", target, value: parseTuple(tokens) };
  const filter = parseBlockFilters(tokens, false);
  return { kind: "setBlock", target, filter, body: parseBlock(tokens, "endset").body };
}

function parseWith(tokens: TokenStream): Statement {
  const targets: Target[] = [];
  const values: Expression[] = [];
  if (!tokens.is("end"))
    parseList(tokens, () => {
      targets.push(parseTarget(tokens, {}));
      tokens.expect("operator", "=");
      values.push(parseExpression(tokens));
    });
  return { kind: "with", targets, values, body: parseBlock(tokens, "endwith").body };
}

function parseNamedBlock(tokens: TokenStream): Statement {
  const name = tokens.expect("name").text;
  const scoped = tokens.skipIf("name", "scoped");
  tokens.skipIf("name", "required");
  const { body } = parseBlock(tokens, "endblock");
  tokens.skipIf("name", name);
  return { kind: "block", name, scoped, body };
}

function parseList<T>(tokens: TokenStream, item: () => T): T[] {
  const items = [item()];
  while (tokens.skipIf("operator", ",")) items.push(item());
  return items;
}

function parseParameters(tokens: TokenStream): Parameter[] {
  tokens.expect("operator", "(");
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  parseItems(tokens, ")", () => {
    const parameter: Parameter = { name: tokens.expect("name").text };
    if (tokens.skipIf("operator", "=")) parameter.default = parseExpression(tokens);
    else if (parameters.at(-1)?.default) tokens.fail("non-default argument follows default argument");
    if (names.has(parameter.name)) tokens.fail(`duplicate argument '${parameter.name}'`);
    names.add(parameter.name);
    parameters.push(parameter);
  });
  return parameters;
}

/** What a value is put into: a name, with `namespaces` also `name.attribute`, or several of them. */
function parseTarget(tokens: TokenStream, options: { end?: string; namespaces?: boolean }): Target {
  const items: Target[] = [];
  const ended = () => tokens.is("end") || tokens.is("operator", ")", "=") || tokens.is("name", options.end ?? "\0");
  do {
    if (items.length > 0 && ended()) return { kind: "tuple", items };
    items.push(parseOneTarget(tokens, options));
    if (!tokens.is("operator", ",") && items.length === 1) return items[0];
  } while (tokens.skipIf("operator", ","));
  return { kind: "tuple", items };
}

function parseOneTarget(tokens: TokenStream, options: { namespaces?: boolean }): Target {
  if (tokens.skipIf("operator", "(")) {
    const target = tokens.nested(() => parseTarget(tokens, options));
    tokens.expect("operator", ")");
    return target;
  }
  const isReference = options.namespaces && tokens.is("name") && tokens.isNext("operator", ".");
  if (isReference) {
    const name = tokens.next().text;
    tokens.next();
    return { kind: "namespace", name, attribute: tokens.expect("name").text };
  }
  const target = parsePrimary(tokens);
  return target.kind === "name" ? target : tokens.fail(`can't assign to ${target.kind}`);
}
