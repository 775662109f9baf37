// Another release of the built page: a copy in which every hashed file has another name, wherever it is mentioned. The list in
// its service worker differs, too. Node only.

import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `mark`: letters that end each name. Gives the old names with the new ones. */
export function renamedRelease(from: string, to: string, mark: string): Map<string, string> {
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, "models") });
  const assets = readdirSync(join(to, "assets"));
  const names = new Map(assets.map((name) => [name, name.replace(/(\.\w+)$/, `${mark}$1`)]));
  for (const [old, name] of names) renameSync(join(to, "assets", old), join(to, "assets", name));
  const files = readdirSync(to, { recursive: true, encoding: "utf8" }).filter((path) => /\.(html|js|css)$/.test(path));
  // Longer names first: one may end in another.
  const byLength = [...names].sort(([one], [other]) => other.length - one.length);
  for (const path of files) {
    let text = readFileSync(join(to, path), "utf8");
    for (const [old, name] of byLength) text = text.replaceAll(new RegExp(`(?<=[/"'\`])${escaped(old)}`, "g"), name);
    writeFileSync(join(to, path), text);
  }
  return names;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
