// Jinja's filters: `value | name(...)`. Not here: `random`, since a conversation is rendered more than once, and `pprint`
// and `urlize`, which no chat template needs; using one of them is refused by name.

import { bind } from "./bind-arguments.ts";
import type { Filter } from "./filter-call.ts";
import { listFilters } from "./list-filters.ts";
import { numberFilters } from "./number-filters.ts";
import { fail } from "./template-error.ts";
import { applyTest, nameOf } from "./tests.ts";
import { textFilters } from "./text-filters.ts";
import type { Args, Run, Value } from "./values.ts";

const filters: ReadonlyMap<string, Filter> = new Map(
  [textFilters, listFilters, numberFilters].flatMap((group) => Object.entries(group)),
);

export const filterNames: ReadonlySet<string> = new Set(filters.keys());

export function applyFilter(name: string, value: Value, args: Args, run: Run): Value {
  const filter = filters.get(name) ?? fail(`No filter named '${name.slice(0, 80)}'.`);
  return filter(value, args, run);
}

export function checkTest(name: string, value: Value, args: Args, run: Run): boolean {
  if (name !== "filter") return applyTest(name, value, args, run);
  bind("filter", [], args);
  return filterNames.has(nameOf(value));
}
