// The value of an expression. Walks the tree: no code is made from templates.

import { binary, negative, positive } from "./arithmetic.ts";
import { attributeOf, itemOf } from "./attributes.ts";
import type { Budget } from "./budget.ts";
import { contains, equal, isText, isTrue, order, textOf, walk } from "./compare.ts";
import { applyFilter, checkTest } from "./filters.ts";
import { str } from "./print.ts";
import { sliceOf } from "./slices.ts";
import type { CallArgs, CompareOperator, Expression, FilterExpression } from "./syntax.ts";
import { fail } from "./template-error.ts";
import { joinText } from "./text-methods.ts";
import {
  Dict,
  TemplateObject,
  Tuple,
  Undefined,
  present,
  typeName,
  type Args,
  type Run,
  type Value,
} from "./values.ts";

/** Where names are looked up. */
export interface Names {
  /** Undefined where there is none. */
  lookUp(name: string): Value | undefined;
}

export class Evaluator implements Run {
  readonly budget: Budget;
  readonly now: () => Date;

  constructor(budget: Budget, now: () => Date) {
    this.budget = budget;
    this.now = now;
  }

  filter(name: string, value: Value, args: Args): Value {
    this.budget.spend(1);
    if (isText(value)) this.budget.read(textOf(value).length);
    return applyFilter(name, value, args, this);
  }

  test(name: string, value: Value, args: Args): boolean {
    this.budget.spend(1);
    return checkTest(name, value, args, this);
  }

  call(callee: Value, args: Args): Value {
    if (callee instanceof Undefined) callee.fail();
    if (!(callee instanceof TemplateObject) || !callee.call)
      return fail(`'${typeName(callee)}' object is not callable`);
    return callee.call(this, args);
  }

  evaluate(node: Expression, names: Names): Value {
    const { budget } = this;
    budget.spend(1);
    switch (node.kind) {
      case "constant":
        return node.value;
      case "name":
        return present(names.lookUp(node.name), () => new Undefined(`'${node.name.slice(0, 80)}' is undefined`));
      case "tuple":
        return new Tuple(node.items.map((item) => this.evaluate(item, names)));
      case "list":
        return node.items.map((item) => this.evaluate(item, names));
      case "dict":
        return new Dict(node.pairs.map(([key, value]) => [this.evaluate(key, names), this.evaluate(value, names)]));
      case "negative":
        return negative(this.evaluate(node.node, names));
      case "positive":
        return positive(this.evaluate(node.node, names));
      case "not":
        return !isTrue(this.evaluate(node.node, names));
      case "binary":
        return binary(node.operator, this.evaluate(node.left, names), this.evaluate(node.right, names), budget);
      case "and": {
        const left = this.evaluate(node.left, names);
        return isTrue(left) ? this.evaluate(node.right, names) : left;
      }
      case "or": {
        const left = this.evaluate(node.left, names);
        return isTrue(left) ? left : this.evaluate(node.right, names);
      }
      case "compare":
        return this.#compare(node, names);
      case "concat":
        return joinText(
          "",
          node.nodes.map((part) => str(this.evaluate(part, names), budget)),
          budget,
        );
      case "conditional":
        if (isTrue(this.evaluate(node.test, names))) return this.evaluate(node.yes, names);
        if (node.no) return this.evaluate(node.no, names);
        return new Undefined("the inline if-expression evaluated to false and no else section was defined.");
      case "attribute":
        return attributeOf(this.evaluate(node.node, names), node.name, budget);
      case "item":
        return itemOf(this.evaluate(node.node, names), this.evaluate(node.key, names), budget);
      case "slice": {
        const place = (part: Expression | undefined) => (part ? this.evaluate(part, names) : null);
        const value = this.evaluate(node.node, names);
        return sliceOf(value, place(node.start), place(node.stop), place(node.step), budget);
      }
      case "call":
        return this.call(this.evaluate(node.node, names), this.args(node, names));
      case "filter":
        return this.filtered(node, "", names);
      case "test": {
        const value = this.evaluate(node.node, names);
        return this.test(node.name, value, this.args(node, names));
      }
    }
  }

  /** A filter, or a chain of them; where it has no value of its own it is given the block's text. */
  filtered(node: FilterExpression, text: string, names: Names): Value {
    let value: Value = text;
    if (node.node) {
      const onBlock = node.node.kind === "filter";
      value = onBlock ? this.filtered(node.node as FilterExpression, text, names) : this.evaluate(node.node, names);
    }
    return this.filter(node.name, value, this.args(node, names));
  }

  #compare(node: Extract<Expression, { kind: "compare" }>, names: Names): Value {
    let left = this.evaluate(node.node, names);
    for (const [operator, operand] of node.operands) {
      const right = this.evaluate(operand, names);
      if (!this.#holds(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  #holds(operator: CompareOperator, left: Value, right: Value): boolean {
    switch (operator) {
      case "==":
        return equal(left, right, this.budget);
      case "!=":
        return !equal(left, right, this.budget);
      case "in":
        return contains(right, left, this.budget);
      case "not in":
        return !contains(right, left, this.budget);
      case "<":
        return order(left, right, operator, this.budget) < 0;
      case "<=":
        return order(left, right, operator, this.budget) <= 0;
      case ">":
        return order(left, right, operator, this.budget) > 0;
      case ">=":
        return order(left, right, operator, this.budget) >= 0;
    }
  }

  args(node: CallArgs, names: Names): Args {
    const positional = node.positional.map((value) => this.evaluate(value, names));
    const named = new Map(node.named.map(([name, value]) => [name, this.evaluate(value, names)]));
    if (node.spread) positional.push(...walk(this.evaluate(node.spread, names), this.budget));
    if (node.spreadNamed) {
      const dict = this.evaluate(node.spreadNamed, names);
      if (!(dict instanceof Dict)) return fail("argument after ** must be a mapping");
      for (const [key, value] of dict.entries()) {
        if (!isText(key)) return fail("keywords must be strings");
        if (named.has(textOf(key))) fail(`got multiple values for keyword argument '${textOf(key).slice(0, 80)}'`);
        named.set(textOf(key), value);
      }
    }
    return { positional, named };
  }
}
