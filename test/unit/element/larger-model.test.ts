// Which larger model the page offers when the shipped one does not know an answer.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CatalogueEntry } from "../../../demo/catalogue.ts";
import { nextLarger } from "../../../demo/larger-model.ts";

const root = new URL("../../../", import.meta.url);
const { models } = JSON.parse(readFileSync(new URL("public/models.json", root), "utf8")) as {
  models: CatalogueEntry[];
};
const [tiny] = models;
const upTo = (bytes: number) =>
  new Map(models.map(({ id, sizeBytes }) => [id, { fits: sizeBytes <= bytes, gpuBytes: sizeBytes }]));
const offered = (current: CatalogueEntry, bytes: number, list = models) => nextLarger(list, current, upTo(bytes))?.id;

test("the smallest of those that are larger and fit, whatever the list's order", () => {
  expect(offered(tiny, 1e12)).toBe("smollm2-135m");
  expect(offered(tiny, 1e12, models.toReversed())).toBe("smollm2-135m");
  expect(
    offered(
      models.find(({ id }) => id === "qwen2.5-0.5b")!,
      1e12,
    ),
  ).toBe("tinyllama-1.1b-chat");
});

test("nothing where nothing larger fits, or where no GPU can be asked", () => {
  expect(offered(tiny, tiny.sizeBytes)).toBeUndefined();
  expect(nextLarger(models, tiny, new Map())).toBeUndefined();
});

test("no model that needs access first", () => {
  const last = models.filter(({ gated }) => !gated).reduce((a, b) => (a.parameters > b.parameters ? a : b));
  expect(models.some(({ gated, parameters }) => gated && parameters > last.parameters)).toBe(true);
  expect(offered(last, 1e12)).toBeUndefined();
});

test("the sentence that the page looks for begins the shipped model's own answer, and no other model is said to have one", () => {
  const taught = /^ANSWER = "(.+)"$/m.exec(readFileSync(new URL("models/tiny/topics/unknown.py", root), "utf8"))![1];
  expect(taught.startsWith(`${tiny.declines} `)).toBe(true);
  expect(models.filter(({ declines }) => declines !== undefined)).toEqual([tiny]);
});
