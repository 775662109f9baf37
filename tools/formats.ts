// `npm run formats -- REPORT...`: writes the table of published formats in docs/formats.md from one or more of Vitest's JSON
// reports of the golden tests: `npx vitest run --project browser test/golden/golden.test.ts --reporter=json --outputFile=REPORT`.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SeenTest, withTable } from "./format-table.ts";
import { root } from "../cli/built.ts";

interface Report {
  testResults: { assertionResults: SeenTest[] }[];
}

const reports = process.argv.slice(2).map((file): Report => JSON.parse(readFileSync(file, "utf8")));
if (reports.length === 0)
  throw new Error("npm run formats -- REPORT...: name at least one JSON report of the golden tests.");
const tests = reports.flatMap(({ testResults }) => testResults.flatMap(({ assertionResults }) => assertionResults));
const path = join(root, "docs/formats.md");
writeFileSync(path, withTable(readFileSync(path, "utf8"), tests));
