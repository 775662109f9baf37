// One Vitest run in a process of its own: readable output for people, and the counts from its JSON report.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../cli/built.ts";

export interface TestCase {
  file: string;
  name: string;
  status: string;
  durationMs: number;
  /** What the test wrote into `task.meta`. */
  meta: Record<string, string | undefined>;
}

export interface TestRun {
  cases: TestCase[];
  files: { file: string; seconds: number }[];
  passed: number;
  failed: number;
  skipped: number;
  /** True when everything that ran passed, and something ran. */
  ok: boolean;
}

/** The part of Vitest's JSON report that is read here. */
interface Report {
  testResults: {
    name: string;
    status: string;
    message: string;
    startTime: number;
    endTime: number;
    assertionResults: { fullName: string; status: string; duration?: number | null; meta?: TestCase["meta"] }[];
  }[];
}

export function runVitest(args: string[], env: Record<string, string> = {}): TestRun {
  const folder = mkdtempSync(join(tmpdir(), "pronk-test-"));
  const file = join(folder, "report.json");
  const cli = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const done = spawnSync(process.execPath, [cli, "run", ...reporters, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { testResults: [] };
  rmSync(folder, { recursive: true });
  const cases = report.testResults.flatMap(({ name, status, assertionResults }): TestCase[] => {
    const file = name.slice(root.length);
    // A file that cannot even be loaded has no tests to count, and must not pass because of that.
    if (status === "failed" && !assertionResults.some((one) => one.status === "failed"))
      return [{ file, name: "the file itself", status: "failed", durationMs: 0, meta: {} }];
    return assertionResults.map((one) => ({
      file,
      name: one.fullName,
      status: one.status,
      durationMs: one.duration ?? 0,
      meta: one.meta ?? {},
    }));
  });
  const files = report.testResults.map(({ name, startTime, endTime }) => {
    return { file: name.slice(root.length), seconds: (endTime - startTime) / 1000 };
  });
  const count = (...statuses: string[]) => cases.filter(({ status }) => statuses.includes(status)).length;
  const passed = count("passed");
  let failed = count("failed");
  // An error outside any test, or a crash of the runner.
  if (done.status !== 0 && failed === 0) failed = 1;
  return {
    cases,
    files,
    passed,
    failed,
    skipped: cases.length - passed - count("failed"),
    ok: failed === 0 && passed > 0,
  };
}
