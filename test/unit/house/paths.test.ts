// Checks every path that a document names against the tree: what was moved or renamed is found here before a reader misses it.
// Paths are relative to the document's folder, the top or src/.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const rooms = ["docs", "examples", "findings", "models", "public", "shaders", "src", "test"];
const documents = [
  ...readdirSync(root),
  ...rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true }).map((path) => join(room, String(path))),
  ),
].filter((path) => path.endsWith(".md") && !/^test\/fixtures\/|node_modules|\.cache/.test(path));

const namedPath = /`((?:\.\.\/)*(?:[\w.-]+\/)+[\w.-]+\.(?:ts|wgsl|py|sh|md|json|html|css))`/g;

test("documents are found", () => {
  expect(documents).toContain("docs/finding-your-way.md");
});

test.each(documents)("%s names files that exist", (document) => {
  const missing = [...readFileSync(join(root, document), "utf8").matchAll(namedPath)]
    .map(([, path]) => path)
    .filter((path) => ![dirname(document), "", "src"].some((folder) => existsSync(join(root, folder, path))));
  expect(missing).toEqual([]);
});
