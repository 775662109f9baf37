// Python's matching of arguments to a function's parameters.

import { fail } from "./template-error.ts";
import type { Args, Value } from "./values.ts";

/**
 * The arguments in the parameters' order. A parameter `name` is needed, `name?` may be left out (then undefined), and
 * those before "/" are taken by position only. Throws TemplateError for too many, missing or unknown ones.
 */
export function bind(what: string, parameters: readonly string[], { positional, named }: Args): (Value | undefined)[] {
  const slash = parameters.indexOf("/");
  const names = parameters.filter((name) => name !== "/");
  if (positional.length > names.length)
    fail(`${what}() takes at most ${names.length} arguments (${positional.length} given)`);
  const bound: (Value | undefined)[] = [...positional];
  for (const [name, value] of named) {
    const index = names.findIndex((parameter) => parameter.replace("?", "") === name);
    if (index < 0 || index < slash) fail(`${what}() got an unexpected keyword argument '${name}'`);
    if (bound[index] !== undefined) fail(`${what}() got multiple values for argument '${name}'`);
    bound[index] = value;
  }
  for (const [index, name] of names.entries())
    if (bound[index] === undefined && !name.endsWith("?")) fail(`${what}() missing required argument: '${name}'`);
  bound.length = names.length;
  return bound;
}
