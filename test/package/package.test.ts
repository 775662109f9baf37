// What an application gets: the packed tarball, installed. Its types for old and new compilers, its entries under Node, a
// Vite application as built and as served while one works on it, a plain page, and a page whose scripts lie elsewhere.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { root } from "../../cli/built.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

const app = mkdtempSync(join(tmpdir(), "pronk-app-"));
const { parent, folder: model } = writeByteModel();
afterAll(() => [app, parent].forEach((folder) => rmSync(folder, { recursive: true })));

const file = (name: string, text: string) => writeFileSync(join(app, name), text);
const npm = (cwd: string, ...args: string[]) =>
  execFileSync("npm", [...args, "--silent", "--no-audit", "--no-fund"], { cwd, encoding: "utf8" });

/** Asks both ways in, and says which threads were started: addresses without their query, and blobs as such. */
const script = (library: string, element: string) => `
  const threads = [];
  const Real = Worker;
  globalThis.Worker = class extends Real {
    constructor(url, options) {
      super(url, options);
      threads.push(String(url).startsWith("blob:") ? "blob" : String(url).replace(/^.*[/]([a-z]+).*$/, "$1"));
    }
  };
  globalThis.answer = async () => {
    const { createEngine } = await import(${library});
    await import(${element});
    const engine = await createEngine(new URL("/model/", location.href).href, { store: false });
    const answer = await engine.completions.create({ prompt: "a", max_tokens: 8, temperature: 0, ignore_eos: true });
    await engine.unload();
    return { text: answer.choices[0].text, threads, element: customElements.get("pronk-chat") !== undefined };
  };`;
const html = (source: string) =>
  `<!doctype html><meta charset="utf-8" /><script type="module" src="${source}"></script>`;

beforeAll(() => {
  ensureBuilt(["library", "types"]);
  file("package.json", JSON.stringify({ name: "app", private: true, type: "module" }));
  npm(root, "pack", "--pack-destination", app);
  const tarball = readdirSync(app).find((name) => name.endsWith(".tgz"))!;
  npm(app, "install", `./${tarball}`, "typescript@5.4.5", "@types/react@19.3.3");
  file("index.html", html("./main.js"));
  file("main.js", script('"pronk"', '"pronk/element"'));
});

// Not pronk/bench: its reports name parts of the engine, so it asks for WebGPU's types (TypeScript 6, or @webgpu/types).
describe("types", () => {
  beforeAll(() => {
    file(
      "use.tsx",
      `import { createEngine, type Engine, type PronkError } from "pronk";
       import { type PronkChat, english } from "pronk/element";
       import "pronk/react";
       export const engine = (): Promise<Engine> => createEngine("a/b", { kv: "q8" });
       export const strings = (chat: PronkChat) => (chat.strings = { ...english, send: "Go" });
       export const tag = <pronk-chat model="a/b" autoload onpronk-error={(event) => event.detail.error.message} />;
       export type Code = PronkError["code"];`,
    );
  });

  test.each([
    ["TypeScript 5.4", join(app, "node_modules/typescript/bin/tsc")],
    ["ours", join(root, "node_modules/typescript/bin/tsc")],
  ])("%s, libraries checked too", (_, tsc) => {
    const options = "--noEmit --strict --jsx react-jsx --target ES2022 --lib ES2022,DOM,DOM.Iterable";
    const args = [tsc, ...`${options} --module esnext --moduleResolution bundler use.tsx`.split(" ")];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: app, encoding: "utf8" });
    expect([stdout, status]).toEqual(["", 0]);
  });
});

test("a server may import every entry", () => {
  const entries = ["pronk", "pronk/element", "pronk/react", "pronk/bench"];
  const code = `for (const name of ${JSON.stringify(entries)}) console.log(name, Object.keys(await import(name)).length > 0)`;
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: app, encoding: "utf8" });
  expect(told.trim().split("\n")).toEqual(entries.map((name) => `${name} true`));
});

interface Answer {
  text: string;
  threads: string[];
  element: boolean;
}

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  let expected: string;
  const open: (FileServer | { close(): Promise<void> })[] = [];
  const errors: string[] = [];

  const serve = async (folder: string, policy?: string) => {
    const mounts = [
      { prefix: "/model/", path: model },
      { prefix: "/", path: folder },
    ];
    const server = await startFileServer({ mounts, policy });
    open.push(server);
    return server.origin;
  };
  const answerAt = async (url: string) => {
    errors.length = 0;
    await page.goto(url);
    return page.evaluate<Answer>(
      "async () => { while (!globalThis.answer) await new Promise(requestAnimationFrame); return answer(); }",
    );
  };
  const plainPage = (name: string, from: string) => {
    mkdirSync(join(app, name));
    file(`${name}/index.html`, html("./main.js"));
    file(`${name}/main.js`, script(`"${from}index.js"`, `"${from}element.js"`));
  };

  beforeAll(async () => {
    page = await launch(kind);
    page.onConsole((level, text) => level === "error" && errors.push(text));
    plainPage(`plain-${kind}`, "../node_modules/pronk/dist/lib/");
    ({ text: expected } = await answerAt(`${await serve(app)}/plain-${kind}/`));
  });
  afterAll(async () => {
    await page.close();
    for (const server of open) await server.close();
  });

  test("a plain page, under the policy default-src 'self'", async () => {
    const answer = await answerAt(`${await serve(app)}/plain-${kind}/`);
    expect(answer).toEqual({ text: expected, threads: ["host"], element: true });
    expect(expected).not.toBe("");
    expect(errors).toEqual([]);
  });

  test("a page that asks for trusted types", async () => {
    const policy = "default-src 'self'; require-trusted-types-for 'script'";
    const answer = await answerAt(`${await serve(app, policy)}/plain-${kind}/`);
    expect(answer).toMatchObject({ text: expected, element: true });
    expect(answer.threads.at(-1)).toBe("host");
  });

  test("scripts from another origin: a worker all the same", async () => {
    const cdn = await serve(join(app, "node_modules/pronk/dist/lib"), "");
    plainPage(`elsewhere-${kind}`, `${cdn}/`);
    const answer = await answerAt(`${await serve(app, "")}/elsewhere-${kind}/`);
    expect(answer).toEqual({ text: expected, threads: ["blob"], element: true });
  });

  test("scripts from another origin, where the policy forbids that worker: the page's thread", async () => {
    const cdn = await serve(join(app, "node_modules/pronk/dist/lib"), "");
    plainPage(`strict-${kind}`, `${cdn}/`);
    const policy = `default-src 'self'; script-src 'self' ${cdn}; worker-src 'self'`;
    const answer = await answerAt(`${await serve(app, policy)}/strict-${kind}/`);
    expect(answer).toMatchObject({ text: expected, element: true });
  });

  test("an application built by Vite", async () => {
    const outDir = join(app, `built-${kind}`);
    await build({ root: app, logLevel: "error", configFile: false, build: { outDir, target: "es2022" } });
    const answer = await answerAt(`${await serve(outDir)}/`);
    expect(answer).toEqual({ text: expected, threads: ["host"], element: true });
    expect(errors).toEqual([]);
  });

  test("an application served by Vite while one works on it", async () => {
    const models = await serve(app);
    const proxy = { "/model": models };
    const server = await createServer({
      root: app,
      logLevel: "error",
      configFile: false,
      server: { host: "127.0.0.1", proxy, ws: false },
    });
    open.push(server);
    await server.listen(0);
    const { port } = server.httpServer!.address() as { port: number };
    const answer = await answerAt(`http://127.0.0.1:${port}/`);
    expect(answer).toMatchObject({ text: expected, element: true });
    expect(answer.threads.at(-1)).toBe("host");
  });
});
