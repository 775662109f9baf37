// The stages of `npm test` leave no test out, and each has its script.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../cli/built.ts";
import { stages, vitestNames } from "../../../tools/stages.ts";

test("every folder of tests is a stage's, but for the long proofs", () => {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  const folders = new Set(
    files.filter((file) => file.endsWith(".test.ts")).map((file) => `test/${file.split("/")[0]}/`),
  );
  const known = stages.flatMap(({ folder }) => folder ?? []);
  expect([...folders].toSorted()).toEqual([...known, "test/unit/", "test/long/"].toSorted());
});

test("every stage has a script, which names it", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const { name, gates } of stages) {
    expect(scripts[name === "check" ? name : `test:${name}`], name).toBe(`tsx tools/test.ts --stage ${name}`);
    for (const gate of gates) expect(scripts).toHaveProperty(gate);
  }
});

test("one stage takes its own files of the projects that it shares, all take the projects whole", () => {
  const named = (...names: string[]) => vitestNames(stages.filter(({ name }) => names.includes(name)));
  expect(named("e2e")).toEqual(["--project", "browser", "--project", "measured", "test/e2e/"]);
  expect(named("check")).toEqual(["--project", "unit"]);
  expect(vitestNames(stages)).toEqual(["unit", "slow", "browser", "measured"].flatMap((name) => ["--project", name]));
});
