// custom-elements.json is that of today's element, and is complete: the parts, slots and colours that its views have.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../cli/built.ts";
import { PronkChat } from "../../../src/element/pronk-chat.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { manifestText } from "../../../tools/elements-manifest.ts";

interface Named {
  name: string;
  description: string;
  fieldName?: string;
}
type Declaration = Record<"attributes" | "members" | "events" | "slots" | "cssParts" | "cssProperties", Named[]>;

const kept = readFileSync(join(root, packageJson.customElements), "utf8");
const [declaration] = (JSON.parse(kept) as { modules: { declarations: Declaration[] }[] }).modules[0].declarations;
const folder = join(root, "src/element");
const views = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && path !== "pronk-chat.ts")
  .map((path) => readFileSync(join(folder, path), "utf8"))
  .join("\n");
const inViews = (pattern: RegExp) =>
  new Set([...views.matchAll(pattern)].flatMap(([, names]) => names.split(" ")).toSorted());
const names = (list: readonly Named[]) => new Set(list.map(({ name }) => name).toSorted());

test("the manifest is that of today's class, and goes into the package: npm run manifest", () => {
  expect(kept).toBe(manifestText());
  expect(packageJson.files).toContain(packageJson.customElements);
});

test("it has every part, slot, colour and event of the views, and no other", () => {
  expect(names(declaration.cssParts)).toEqual(inViews(/part="([^"]+)"/g));
  expect(names(declaration.slots)).toEqual(inViews(/<slot name="([^"]+)"/g));
  expect(names(declaration.cssProperties)).toEqual(inViews(/var\((--pronk-[a-z-]+)/g));
});

test("it has every attribute that the element watches, by its property", () => {
  const watched = PronkChat.observedAttributes;
  const told = names(declaration.attributes);
  expect(watched.filter((name) => !told.has(name))).toEqual([]);
  const members = names(declaration.members);
  for (const { fieldName } of declaration.attributes) if (fieldName) expect(members).toContain(fieldName);
  expect(members).toContain("keepAll");
  for (const list of Object.values(declaration)) {
    if (!Array.isArray(list)) continue;
    for (const { description } of list as Named[]) expect(description).not.toBe("");
  }
});
