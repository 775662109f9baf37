// Holds names to the glossary of src/README.md: the four words that once had up to seven meanings occur in the name of a type,
// of an export or of a file only where the glossary says, or in a name that it lists as another's.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const src = fileURLToPath(new URL("../../../src", import.meta.url));
const readme = readFileSync(join(src, "README.md"), "utf8").split("## Glossary")[1];

const held = ["row", "block", "chunk", "plan"];

/** Strings and markup have blocks and rows of their own. */
const otherWorlds = ["text/", "element/"];

interface Name {
  path: string;
  name: string;
}

const paths = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !otherWorlds.some((room) => path.startsWith(room)));

const names: Name[] = paths.flatMap((path) => [
  { path, name: path },
  ...namesIn(readFileSync(join(src, path), "utf8")).map((name) => ({ path, name })),
]);

/** Types, exported or not, and whatever else is exported. */
function namesIn(text: string): string[] {
  const types = text.matchAll(/^(?:export )?(?:abstract )?(?:class|interface|type) (\w+)/gm);
  const exported = text.matchAll(/^export (?:async )?(?:function\*?|const|let) (\w+)/gm);
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(",").map((one) => one.replace(/.* as |type /g, "").trim()),
  );
  return [...[...types, ...exported].map(([, name]) => name), ...listed].filter(Boolean);
}

/** `GpuRowQuantizer` -> gpu, row, quantizer; plurals as their singular. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/\.ts$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/^(row|block|chunk|plan)s$/, "$1").replace(/^plan(ned|ner|ning)$/, "plan"));

/** Names in code: neither in comments nor in strings. */
const identifiersIn = (text: string): string[] =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|"[^"\n]*"|`[^`]*`/gm, "").match(/[A-Za-z_]\w*/g) ?? [];

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);

const tables = readme
  .split("Names that others gave")
  .map((part) => part.split("\n").filter((line) => /^\| [^-]/.test(line)));
const terms = tables[0].slice(1).map((line) => {
  const [term, meaning, where] = cellsOf(line);
  return { term: term.replaceAll("*", ""), isHeld: term.startsWith("**"), meaning, where: quoted(where) };
});
const others = new Set(tables[1].slice(1).flatMap((line) => quoted(cellsOf(line)[0])));

/** Names with the word that occur elsewhere. */
function misused(word: string, among: readonly Name[]): string[] {
  const { where } = terms.find(({ term }) => term === word)!;
  return among
    .filter(({ name }) => wordsOf(name).includes(word) && !others.has(name))
    .filter(({ path }) => !where.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place)))
    .map(({ path, name }) => `${path}: ${name}`);
}

describe("glossary", () => {
  test("says each word once, and where it is at home", () => {
    expect(terms.length).toBeGreaterThan(10);
    expect(new Set(terms.map(({ term }) => term)).size).toBe(terms.length);
    for (const { term, meaning, where } of terms) {
      expect(meaning, term).not.toBe("");
      expect(where, term).not.toEqual([]);
      for (const place of where) expect(existsSync(join(src, place)), `${term}: ${place}`).toBe(true);
    }
    expect(terms.filter(({ isHeld }) => isHeld).map(({ term }) => term).toSorted()).toEqual(held.toSorted()); // prettier-ignore
  });

  test.each(held)("%s: names that mean something else are none", (word) => {
    expect(misused(word, names)).toEqual([]);
  });

  test.each(held)("%s: every place that is named knows the word", (word) => {
    for (const place of terms.find(({ term }) => term === word)!.where) {
      const texts = paths.filter((path) => path.startsWith(place)).map((path) => readFileSync(join(src, path), "utf8"));
      expect(texts.join(), place).toMatch(new RegExp(word, "i"));
    }
  });

  test("a plan is spoken of in code only where plans are made and run", () => {
    const rooms = ["gpu/", "model/", "generate/", "bench/"];
    const spoken = paths
      .filter((path) => !rooms.some((room) => path.startsWith(room)))
      .flatMap((path) => identifiersIn(readFileSync(join(src, path), "utf8")).map((name) => `${path}: ${name}`))
      .filter((told) => wordsOf(told.split(": ")[1]).includes("plan") && !told.endsWith(": plans")); // a fact's name
    expect(spoken).toEqual([]);
    expect(identifiersIn("const a = { plan, explained: `the plan` }; // its plan")).toContain("plan");
    expect(identifiersIn('planned("plan") // its plan')).toEqual(["planned"]);
  });

  test("a type named with one of these words stands in one file", () => {
    const seen = new Map<string, string>();
    for (const { path, name } of names.filter((one) => one.name !== one.path && /^[A-Z]/.test(one.name))) {
      if (!wordsOf(name).some((word) => held.includes(word))) continue;
      const text = readFileSync(join(src, path), "utf8");
      if (!new RegExp(`(class|interface|type) ${name}\\b`).test(text)) continue; // handed on
      expect(seen.get(name) ?? path, name).toBe(path);
      seen.set(name, path);
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test("the names that once stood for other things would be found", () => {
    const once: [string, string, string][] = [
      ["row", "load/row-plan.ts", "RowPlan"],
      ["plan", "load/row-plan.ts", "RowPlan"],
      ["row", "store/model-record.ts", "RowNote"],
      ["row", "load/warm-model.ts", "RowPlace"],
      ["plan", "quant/gpu-plan.ts", "GpuPlan"],
      ["plan", "model/plan-memory.ts", "PlannedTensor"],
      ["plan", "preflight.ts", "Plan"],
      ["chunk", "load/chunk-pool.ts", "ChunkPool"],
      ["block", "format/ggml-types.ts", "GgmlBlock"],
      ["block", "source/sha256-rounds.ts", "sha256Blocks"],
    ];
    for (const [word, path, name] of once) expect(misused(word, [{ path, name }]), name).toEqual([`${path}: ${name}`]);
    expect(namesIn("interface StoredRow {\n}\nexport async function* chunks() {}\nexport { a as Plan, type B };")).toEqual([
      "StoredRow", "chunks", "Plan", "B",
    ]); // prettier-ignore
  });
});
