// `npm run release -- --dry-run`: all of a release but its last step, into dist/release, with nothing else changed. Then
// `--version X.Y.Z` writes the version and closes the changelog's "Unreleased", to be committed and tagged; `--publish`, which
// only continuous integration can do, publishes what the tag packs, with provenance.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../cli/built.ts";
import { ensureBuilt } from "./stale.ts";

export interface PackageFields {
  name: string;
  version: string;
  repository?: unknown;
  bin: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

/** `MAJOR.MINOR.PATCH`, each a number, and perhaps `-rc.1`. */
const versionForm = /^(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?$/;

/** The lines below `## TITLE`, up to the next such heading; undefined where there is none. */
export function changesUnder(changelog: string, title: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => section.split("\n", 1)[0].split(" - ")[0].trim() === title);
  return found?.slice(found.indexOf("\n") + 1).trim();
}

/** The changelog with what is unreleased under a version and its date. Throws if nothing is, or if the version exists already. */
export function closedChangelog(changelog: string, version: string, date: string): string {
  if (!changesUnder(changelog, "Unreleased"))
    throw new Error('CHANGELOG.md has nothing under "Unreleased". Say there what users will notice.');
  if (changesUnder(changelog, version) !== undefined)
    throw new Error(`CHANGELOG.md has ${version} already. Take the next version.`);
  return changelog.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} - ${date}`);
}

/** What package.json promises but the packed files lack, and what these should not hold; a sentence each. */
export function packageProblems(fields: PackageFields, files: readonly string[]): string[] {
  const targets = [
    ...Object.values(fields.bin),
    ...Object.values(fields.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    ),
  ].map((target) => target.replace(/^\.\//, ""));
  const wanted = new Set([...targets, "LICENSE", "NOTICE", "README.md", "custom-elements.json"]);
  const lacks = [...wanted].filter((file) => !files.includes(file));
  const strays = files.filter((file) => /(^|\/)(test|demo|tools|\.cache|node_modules)\//.test(file));
  return [
    ...lacks.map((file) => `The package lacks ${file}. See "files" in package.json.`),
    ...strays.map((file) => `The package holds ${file}, which no user needs.`),
  ];
}

const text = (path: string) => readFileSync(join(root, path), "utf8");
const output = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();

interface Packed {
  filename: string;
  size: number;
  integrity: string;
  files: { path: string }[];
}

function pack(folder: string): Packed {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [packed] = JSON.parse(output("npm", "pack", "--json", "--pack-destination", folder)) as Packed[];
  const digest = createHash("sha512")
    .update(readFileSync(join(folder, packed.filename)))
    .digest("base64");
  if (packed.integrity !== `sha512-${digest}`) throw new Error(`${packed.filename} is not what npm says it packed.`);
  return packed;
}

function main(): void {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean" }, version: { type: "string" }, publish: { type: "boolean" } },
  });
  const fields = JSON.parse(text("package.json")) as PackageFields;
  const version = values.version ?? fields.version;
  if (!versionForm.test(version)) throw new Error(`--version is "${version}"; a version is like 0.2.0.`);
  const dirty = output("git", "status", "--porcelain");
  if (dirty !== "" && !values["dry-run"]) throw new Error(`Commit or stash first:\n${dirty}`);

  const changelog = text("CHANGELOG.md");
  const date = new Date().toISOString().slice(0, 10);
  const isOpen = changesUnder(changelog, version) === undefined;
  const closed = isOpen ? closedChangelog(changelog, version, date) : changelog;
  if (values.version !== undefined && !values["dry-run"]) {
    output("npm", "version", version, "--no-git-tag-version", "--allow-same-version");
    writeFileSync(join(root, "CHANGELOG.md"), closed);
    console.log(`package.json and CHANGELOG.md say ${version}. Commit them, and tag the commit v${version}.`);
    return;
  }

  ensureBuilt(["library", "types", "runner", "command"]);
  const folder = join(root, "dist/release");
  const packed = pack(folder);
  const commit = output("git", "rev-parse", "HEAD");
  console.log(
    `${fields.name} ${version}, commit ${commit}${dirty === "" ? "" : ", with changes that are not committed"}`,
  );
  console.log(`\n${changesUnder(closed, version)}\n`);
  console.log(
    `dist/release/${packed.filename}: ${packed.files.length} files, ${packed.size} bytes, ${packed.integrity}`,
  );
  const problems = packageProblems(fields, packed.files.map(({ path }) => path)); // prettier-ignore
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const missing = [
    ...(fields.repository === undefined ? ['"repository" in package.json, which must name where this is built'] : []),
    ...(process.env.ACTIONS_ID_TOKEN_REQUEST_URL ? [] : ["continuous integration, whose identity signs the statement"]),
    ...(isOpen ? [`"${version}" in CHANGELOG.md (--version writes it)`] : []),
    ...(output("git", "tag", "--points-at", "HEAD").split("\n").includes(`v${version}`)
      ? []
      : [`the tag v${version} here`]),
  ];
  const command = ["publish", `dist/release/${packed.filename}`, "--provenance", "--access", "public"];
  if (missing.length > 0) console.log(`To publish with provenance it still needs:\n- ${missing.join("\n- ")}`);
  if (!values.publish || values["dry-run"]) {
    console.log(`Dry run: not done is npm ${command.join(" ")}`);
    return;
  }
  if (missing.length > 0) throw new Error("Nothing was published.");
  output("npm", ...command);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
