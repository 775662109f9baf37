// The tree of a parsed template. Statements that open a scope carry its local names, as scopes.ts found them.

import type { Value } from "./values.ts";

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

export interface CallArgs {
  positional: Expression[];
  named: [name: string, value: Expression][];
  /** `*list` and `**dict`. */
  spread?: Expression;
  spreadNamed?: Expression;
}

export interface FilterExpression extends CallArgs {
  kind: "filter";
  /** Undefined: the text of the block that the filter stands on. */
  node: Expression | undefined;
  name: string;
}

export interface CallExpression extends CallArgs {
  kind: "call";
  node: Expression;
}

export type Expression =
  | { kind: "constant"; value: Value }
  | { kind: "name"; name: string }
  | { kind: "tuple" | "list"; items: Expression[] }
  | { kind: "dict"; pairs: [key: Expression, value: Expression][] }
  | { kind: "negative" | "positive" | "not"; node: Expression }
  | { kind: "binary"; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "compare"; node: Expression; operands: [operator: CompareOperator, node: Expression][] }
  | { kind: "concat"; nodes: Expression[] }
  | { kind: "conditional"; test: Expression; yes: Expression; no: Expression | undefined }
  | { kind: "attribute"; node: Expression; name: string }
  | { kind: "item"; node: Expression; key: Expression }
  | { kind: "slice"; node: Expression; start?: Expression; stop?: Expression; step?: Expression }
  | CallExpression
  | FilterExpression
  | ({ kind: "test"; node: Expression; name: string } & CallArgs);

/** What a name is when its scope is entered; those that a scope only reads are looked up outside. */
export interface Local {
  name: string;
  /** alias: the outer scope's value. context: the context's. nothing: undefined until it is set. */
  from: "alias" | "context" | "nothing";
}

export type Target =
  | { kind: "name"; name: string }
  | { kind: "namespace"; name: string; attribute: string }
  | { kind: "tuple"; items: Target[] };

export interface Parameter {
  name: string;
  default?: Expression;
}

/** The body of a macro or call block, and which of the special names it reads. */
export interface MacroBody {
  parameters: Parameter[];
  body: Statement[];
  locals?: Local[];
  caller?: boolean;
  kwargs?: boolean;
  varargs?: boolean;
}

export interface ForStatement {
  kind: "for";
  target: Target;
  items: Expression;
  test?: Expression;
  recursive: boolean;
  body: Statement[];
  otherwise: Statement[];
  locals?: Local[];
  otherwiseLocals?: Local[];
  /** Whether the body reads `loop`. */
  loop?: boolean;
}

export type Statement =
  | { kind: "output"; parts: (string | Expression)[] }
  | ForStatement
  | { kind: "if"; branches: [test: Expression, body: Statement[]][]; otherwise: Statement[] }
  | ({ kind: "macro"; name: string } & MacroBody)
  | ({ kind: "callBlock"; call: CallExpression } & MacroBody)
  | ({ kind: "generation" } & MacroBody)
  | { kind: "filterBlock"; filter: FilterExpression; body: Statement[]; locals?: Local[] }
  | { kind: "with"; targets: Target[]; values: Expression[]; body: Statement[]; locals?: Local[] }
  | { kind: "set"; target: Target; value: Expression }
  | { kind: "setBlock"; target: Target; filter: FilterExpression | undefined; body: Statement[]; locals?: Local[] }
  | { kind: "block"; name: string; scoped: boolean; body: Statement[]; locals?: Local[] }
  | { kind: "break" | "continue" }
  | { kind: "unavailable"; tag: string };
