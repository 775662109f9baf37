// `pronk models`: the models kept in the browser that `pronk` runs in, and `pronk models delete NAME`. In Node nothing is kept.

import { parseArgs } from "node:util";
import type { StoredModelInfo } from "../src/index.ts";
import { PronkError } from "../src/errors.ts";
import type { BrowserKind } from "./browser/find-browser.ts";
import { tellFailure } from "./engine-failure.ts";
import { openEnginePage } from "./engine-page.ts";

const usage = `pronk models [delete NAME] [--runtime chromium|firefox] [--json]`;

const print = console.log;
console.log = console.info = console.debug = console.error;

try {
  await main();
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0);

async function main(): Promise<void> {
  const { values, positionals } = read();
  const [verb, name] = positionals;
  const { runtime = "chromium", json = false, help = false } = values;
  if (help) return console.error(usage);
  if (runtime !== "chromium" && runtime !== "firefox") throw wrong(`--runtime ${runtime} keeps no models.`);
  if (positionals.length > 0 && (verb !== "delete" || name === undefined || positionals.length > 2))
    throw wrong(`"${positionals.join(" ")}" is not understood.`);
  await using page = await openEnginePage(runtime as BrowserKind, (line) => console.error(line));
  if (!page.keeps) throw new Error("Another pronk is using the models; end it first.");
  if (verb === "delete") {
    const deleted = await page.call<number>("deleteStored", name);
    if (deleted === 0) throw wrong(`There is no model "${name}" here; \`pronk models\` names those that are.`);
    return print(json ? JSON.stringify({ deleted }) : `deleted ${name}`);
  }
  const models = await page.call<StoredModelInfo[]>("storedModels", undefined);
  print(json ? JSON.stringify(models) : models.map(lineOf).join("\n") || "no models yet");
}

function lineOf({ label, quantize, sizeBytes, storedBytes, complete }: StoredModelInfo): string {
  const size = `${(sizeBytes / 1e6).toFixed(0)} MB`;
  const state = complete ? "" : `, ${Math.floor((100 * storedBytes) / sizeBytes)} % here`;
  return `${label}  (${quantize === "none" ? "as published" : quantize}, ${size}${state})`;
}

function read() {
  const options = { runtime: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
  try {
    return parseArgs({ options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
}

function wrong(message: string): PronkError {
  return new PronkError("bad-request", `${message}\n${usage}`);
}
