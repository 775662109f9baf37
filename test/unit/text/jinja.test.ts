// Chat templates render as in transformers: over 400 snippets with its output (test/fixtures/make/jinja.py makes them).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../../src/text/jinja/parse-template.ts";
import { renderTemplate } from "../../../src/text/jinja/render.ts";

interface Table {
  made: { now: string };
  /** An output of null: transformers raises. */
  groups: { group: string; context: Record<string, unknown>; snippets: [template: string, output: string | null][] }[];
}

const file = new URL("../../fixtures/jinja/snippets.json", import.meta.url);
const { made, groups } = JSON.parse(readFileSync(file, "utf8")) as Table;

/** The text, or null if it is refused. */
function render(template: string, context: Record<string, unknown>): string | null {
  try {
    return renderTemplate(parseTemplate(template), context, { now: () => new Date(made.now) });
  } catch {
    return null;
  }
}

describe("rendering as in transformers", () => {
  it("is compared on at least 400 snippets", () => {
    expect(groups.flatMap(({ snippets }) => snippets).length).toBeGreaterThanOrEqual(400);
  });

  it.each(groups.map((group) => [group.group, group] as const))("%s", (_, { context, snippets }) => {
    const found = snippets.map(([template]) => [template, render(template, context)]);
    expect(found).toEqual(snippets);
  });
});
