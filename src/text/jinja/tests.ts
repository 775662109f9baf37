// Jinja's tests: `value is name(...)`.

import { bind } from "./bind-arguments.ts";
import { asNumber, contains, equal, isText, iteratorOf, lengthOf, order } from "./compare.ts";
import { binary } from "./arithmetic.ts";
import { isLower, isUpper } from "./characters.ts";
import { str } from "./print.ts";
import { fail } from "./template-error.ts";
import {
  Dict,
  DictView,
  Markup,
  Stream,
  TemplateObject,
  Undefined,
  typeName,
  type Args,
  type Run,
  type Value,
} from "./values.ts";

type Test = (value: Value, args: Args, run: Run) => boolean;

/** A test without arguments. */
const of =
  (test: (value: Value, run: Run) => boolean): Test =>
  (value, args, run) => {
    bind("test", [], args);
    return test(value, run);
  };

const against =
  (test: (value: Value, other: Value, run: Run) => boolean): Test =>
  (value, args, run) =>
    test(value, bind("test", ["other"], args)[0]!, run);

function read(value: Value, { budget }: Run): string {
  const text = str(value, budget);
  budget.read(text.length);
  return text;
}

const remainder = (value: Value, by: Value, run: Run): Value => binary("%", value, by, run.budget);
const compared = (operator: string, test: (order: number) => boolean): Test =>
  against((value, other, run) => test(order(value, other, operator, run.budget)));

const eq = against((value, other, run) => equal(value, other, run.budget));
const ne = against((value, other, run) => !equal(value, other, run.budget));
const lt = compared("<", (order) => order < 0);
const le = compared("<=", (order) => order <= 0);
const gt = compared(">", (order) => order > 0);
const ge = compared(">=", (order) => order >= 0);

const tests: Record<string, Test> = {
  boolean: of((value) => typeof value === "boolean"),
  callable: of((value) => value instanceof Undefined || (value instanceof TemplateObject && value.call !== undefined)),
  defined: of((value) => !(value instanceof Undefined)),
  divisibleby: against((value, by, run) => equal(remainder(value, by, run), 0n, run.budget)),
  escaped: of((value) => value instanceof Markup),
  even: of((value, run) => equal(remainder(value, 2n, run), 0n, run.budget)),
  false: of((value) => value === false),
  float: of((value) => typeof value === "number"),
  in: against((value, container, run) => contains(container, value, run.budget)),
  integer: of((value) => typeof value === "bigint"),
  iterable: of((value) => iteratorOf(value) !== undefined),
  lower: of((value, run) => isLower(read(value, run))),
  mapping: of((value) => value instanceof Dict),
  none: of((value) => value === null),
  number: of((value) => asNumber(value) !== undefined),
  odd: of((value, run) => equal(remainder(value, 2n, run), 1n, run.budget)),
  sameas: against((value, other) => value === other),
  sequence: of((value) => lengthOf(value) !== undefined && !(value instanceof DictView || value instanceof Stream)),
  string: of(isText),
  true: of((value) => value === true),
  undefined: of((value) => value instanceof Undefined),
  upper: of((value, run) => isUpper(read(value, run))),
  "==": eq,
  eq,
  equalto: eq,
  "!=": ne,
  ne,
  "<": lt,
  lt,
  lessthan: lt,
  "<=": le,
  le,
  ">": gt,
  gt,
  greaterthan: gt,
  ">=": ge,
  ge,
  test: of((value) => testNames.has(nameOf(value))),
};

/** `is filter` needs to know the filters, which know the tests: filters.ts answers it. */
export const testNames: ReadonlySet<string> = new Set([...Object.keys(tests), "filter"]);

export function applyTest(name: string, value: Value, args: Args, run: Run): boolean {
  if (!Object.hasOwn(tests, name)) fail(`No test named '${name.slice(0, 80)}'.`);
  return tests[name](value, args, run);
}

export function nameOf(value: Value): string {
  if (Array.isArray(value) || value instanceof Dict) fail(`unhashable type: '${typeName(value)}'`);
  return typeof value === "string" ? value : "";
}
