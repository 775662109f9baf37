// What a release says about itself. The dry run as a whole is in test/package/release.test.ts.

import { expect, test } from "vitest";
import { changesUnder, closedChangelog, type PackageFields, packageProblems } from "../../../tools/release.ts";

const changelog = "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0 - 2026-01-02\n\n- first\n";

test("what is unreleased goes under the version, and the old stays", () => {
  const closed = closedChangelog(changelog, "0.2.0", "2026-03-04");
  expect(closed).toContain("## Unreleased\n\n## 0.2.0 - 2026-03-04\n\n- new\n\n## 0.1.0 - 2026-01-02\n\n- first\n");
  expect([changesUnder(closed, "Unreleased"), changesUnder(closed, "0.2.0")]).toEqual(["", "- new"]);
});

test("nothing to say, and a version that was there, are refused", () => {
  const closed = closedChangelog(changelog, "0.2.0", "2026-03-04");
  expect(() => closedChangelog(closed, "0.3.0", "2026-03-05")).toThrow(/nothing under "Unreleased"/);
  expect(() => closedChangelog(changelog, "0.1.0", "2026-03-05")).toThrow(/has 0.1.0 already/);
});

test("a file that package.json promises and the package lacks is named, and one that no user needs", () => {
  const fields: PackageFields = {
    name: "a",
    version: "1.0.0",
    bin: { a: "dist/a.js" },
    exports: { ".": { types: "./dist/a.d.ts", default: "./dist/b.js" }, "./package.json": "./package.json" },
  };
  const files = ["dist/a.js", "dist/a.d.ts", "dist/b.js", "package.json", "LICENSE", "NOTICE", "README.md", "custom-elements.json"]; // prettier-ignore
  expect(packageProblems(fields, files)).toEqual([]);
  expect(packageProblems(fields, [...files.slice(1), "test/a.js"])).toEqual([
    expect.stringContaining("lacks dist/a.js"),
    expect.stringContaining("holds test/a.js"),
  ]);
});
