// `npm run build`: library, its types, element and demo; or only the builds named as arguments (library, types, demo,
// harness, runner). Each is made beside the old one and then put in its place, so that a reader never sees half of it.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { build } from "vite";
import { outputFolder, root } from "../cli/built.ts";
import { type BuildName, stampFile } from "./stale.ts";

const names = process.argv.slice(2) as BuildName[];
const unknown = names.find((name) => !(name in outputFolder));
if (unknown) {
  console.error(`Unknown build "${unknown}"; there are ${Object.keys(outputFolder).join(", ")}.`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : (["library", "types", "demo", "runner", "command"] as const))
  await make(name);

async function make(name: BuildName): Promise<void> {
  const startedMs = Date.now();
  const folder = outputFolder[name];
  const next = join(root, `dist/next-${name}-${process.pid}`); // as deep as the real one: source maps hold relative paths
  try {
    if (name === "types") emitTypes(next);
    else await build({ configFile: join(root, "vite.config.ts"), mode: name, build: { outDir: next } });
    rmSync(folder, { recursive: true, force: true });
    renameSync(next, folder);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
  writeFileSync(stampFile(name), String(startedMs));
  console.log(`${relative(root, folder)} built in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

function emitTypes(outDir: string): void {
  mkdirSync(outDir, { recursive: true });
  const project = join(outDir, "tsconfig.json"); // tsc takes either a project or a list of files
  const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir, rootDir: root };
  const config = { extends: join(root, "tsconfig.json"), include: [join(root, "src")], compilerOptions };
  writeFileSync(project, JSON.stringify(config));
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  execFileSync(process.execPath, [tsc, "--project", project], { stdio: ["ignore", 2, 2] });
  rmSync(project);
  for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    // Before TypeScript 5.7 typed arrays had no buffer parameter.
    const text = readFileSync(join(outDir, name), "utf8");
    writeFileSync(join(outDir, name), text.replace(/\b([A-Z]\w+\d+Array|DataView)<ArrayBuffer(Like)?>/g, "$1"));
  }
}
