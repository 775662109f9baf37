// What a newcomer reads first is right: the README is short, links lead somewhere, and CONTRIBUTING.md has every variable.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../cli/built.ts";

const text = (path: string) => readFileSync(join(root, path), "utf8");
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder)).flatMap((name) => (name.endsWith(".md") ? [join(folder, name)] : []));
const documents = [".", "docs", "src", "shaders", "findings", "examples", "test/long", ".github"].flatMap(markdownIn);

/** As GitHub and VitePress make a heading's address. */
const anchorOf = (heading: string) =>
  heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-"); // prettier-ignore
const anchorsOf = (path: string) => [...text(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading));

function deadLinks(document: string): string[] {
  const links = [...text(document).replace(/```[^]*?```|`[^`\n]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link); // prettier-ignore
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path, anchor] = link.split("#");
    const target = path === "" ? document : join(dirname(document), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

test("the README is 500 words at most, and has one block of set-up commands, of two lines", () => {
  const readme = text("README.md");
  expect(readme.split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(500);
  const blocks = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, lines]) => lines.trim().split("\n"));
  expect(blocks.map((lines) => lines.map((line) => line.split("#")[0].trim()))).toEqual([
    ["npm ci && npm start", "npm ci && npm test"],
  ]);
});

test.each(documents)("%s has no dead link", (document) => {
  expect(deadLinks(document)).toEqual([]);
});

test("every variable that the code reads stands in CONTRIBUTING.md, and no other", () => {
  const sources = ["cli", "tools", "test"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.startsWith("fixtures/"))
      .map((path) => join(folder, path)),
  );
  const read = sources.flatMap((path) => [...text(path).matchAll(/env\.(PRONK_[A-Z_]+)|"(PRONK_[A-Z_]+)"/g)]);
  const named = [...text("CONTRIBUTING.md").matchAll(/`(PRONK_[A-Z_]+)`/g)].map(([, name]) => name);
  expect([...new Set(named)].toSorted()).toEqual([...new Set(read.map((found) => found[1] ?? found[2]))].toSorted());
});

test("every code of an error and of a warning is in troubleshooting.md, and no other", () => {
  const codesOf = (type: string) => {
    const [, lines] = new RegExp(`export type ${type} =([^;]*);`).exec(
      text("src/errors.ts").replace(/ \/\/.*$/gm, ""),
    )!;
    return [...lines.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
  };
  const page = text("docs/troubleshooting.md");
  const headings = [...page.matchAll(/^## (\S.*)$/gm)].map(([, heading]) => heading);
  expect(headings.filter((heading) => /^[a-z-]+$/.test(heading)).toSorted()).toEqual(
    codesOf("PronkErrorCode").toSorted(),
  );
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(rows.toSorted()).toEqual(codesOf("PronkWarningCode").toSorted());
});
