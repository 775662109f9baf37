// `npm run release -- --dry-run`: it packs what would be published, says what is missing for that, and changes nothing.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../cli/built.ts";

const status = () => execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
const release = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", "tools/release.ts", ...args], { cwd: root, encoding: "utf8" });

test("a dry run packs, shows the changes and what is left to do, and leaves the tree as it was", () => {
  const before = status();
  const { stdout, stderr, status: code } = release("--dry-run", "--version", "9.9.9");
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("Error")]);
  expect(stdout).toMatch(/^pronk 9\.9\.9, commit [0-9a-f]{40}/);
  expect(stdout).toContain("### Added");
  expect(stdout).toContain("the tag v9.9.9");
  const [, file] = /dist\/release\/(\S+\.tgz): \d+ files, \d+ bytes, sha512-/.exec(stdout)!;
  expect(existsSync(join(root, "dist/release", file))).toBe(true);
  expect(stdout).toMatch(/Dry run: not done is npm publish .*--provenance/);
  expect(status()).toBe(before);
});

test("a version that is none is refused", () => {
  const { stderr, status: code } = release("--dry-run", "--version", "next");
  expect([code, stderr]).toEqual([1, '--version is "next"; a version is like 0.2.0.\n']);
});
