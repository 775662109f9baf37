// All of examples/: those that are a script run with the shipped model, five of them in test/e2e/examples.test.ts; those with
// their own packages are installed beside the packed library, type-checked and built. `npm run test:long -- --only examples`.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startFileServer } from "../../cli/server/file-server.ts";
import { root } from "../../cli/built.ts";
import { driverVariables } from "../../cli/node-runtime.ts";
import { openExamples } from "../support/example-pages.ts";

const folder = join(root, "examples");
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "index.html")) || existsSync(join(folder, name, "package.json"))); // prettier-ignore
const withPackages = names.filter((name) => existsSync(join(folder, name, "package.json")));

const ran = (command: string, args: string[], cwd: string) => {
  const { NODE_ENV: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...env, CI: "1" } });
  return status === 0 ? "" : `${command} ${args.join(" ")}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`;
};

async function pagesRun() {
  await using pages = await openExamples(["langchain", "lora"]);
  expect(await pages.shown("langchain")).toMatch(/^-?[\d.]+ {2}\S.*\n-?[\d.]+ {2}\S.*\n\S/);
  const [plain, tuned, again] = (await pages.shown("lora")).split("\n");
  expect(again).toBe(plain);
  expect(tuned.replace("tuned: ", "")).not.toBe(plain.replace("as it is: ", ""));
}

async function scriptRuns() {
  await using server = await startFileServer({ mounts: [{ prefix: "/", path: join(root, "public/models/tiny") }] });
  // Ours has paths to the sources, whose shaders Node can't import; without them the script gets the built library, as users do.
  const TSX_TSCONFIG_PATH = join(folder, "react/tsconfig.json");
  const env = { ...process.env, ...driverVariables("software"), TSX_TSCONFIG_PATH };
  const child = spawn(process.execPath, ["--import", "tsx", "examples/node/main.ts", `${server.origin}/`], {
    cwd: root,
    env,
  });
  let [told, failed] = ["", ""];
  child.stdout.on("data", (data) => (told += String(data)));
  child.stderr.on("data", (data) => (failed += String(data)));
  const status = await new Promise((resolve) => child.once("exit", resolve));
  expect([status, failed]).toEqual([0, ""]);
  expect(told.trim().length).toBeGreaterThan(10);
}

function packagesBuild() {
  expect(ran("npm", ["run", "--silent", "release", "--", "--dry-run"], root)).toBe("");
  const parent = mkdtempSync(join(tmpdir(), "pronk-examples-"));
  try {
    cpSync(join(root, "dist/release"), join(parent, "dist/release"), { recursive: true });
    for (const name of withPackages) {
      const app = join(parent, "examples", name);
      cpSync(join(folder, name), app, { recursive: true, filter: (path) => !/node_modules|\.next|dist$/.test(path) });
      expect(ran("npm", ["install", "--no-audit", "--no-fund", "--silent"], app)).toBe("");
      expect([name, ran("npm", ["run", "--silent", "build"], app)]).toEqual([name, ""]);
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
}

test("examples", { timeout: 2_400_000 }, async ({ task }) => {
  Object.assign(task.meta, { tried: `${names.length + 1} examples` });
  await pagesRun();
  await scriptRuns();
  packagesBuild();
});
