// What an application gets: the packed tarball, installed. Its types for old and new compilers, its entries under Node, a
// Vite application as built and as served in development, a plain page, and a page whose scripts are on another origin.

import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { type FileServer, type FileServerOptions, startFileServer } from "../../cli/server/file-server.ts";
import { root } from "../../cli/built.ts";
import type { PronkChat } from "../../src/element/index.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

const app = mkdtempSync(join(tmpdir(), "pronk-app-"));
const { parent, folder: model } = writeByteModel();
afterAll(() => [app, parent].forEach((folder) => rmSync(folder, { recursive: true })));

const file = (name: string, text: string) => writeFileSync(join(app, name), text);
const npm = (cwd: string, ...args: string[]) =>
  execFileSync("npm", [...args, "--silent", "--no-audit", "--no-fund"], { cwd, encoding: "utf8" });

const fixture = (name: string) => join(root, "test/fixtures", name);

/** Uses both entries, and says which threads were started: addresses without their query, and blob: and data: as such. */
const script = (library: string, element: string) => `
  const threads = [];
  const Real = Worker;
  globalThis.Worker = class extends Real {
    constructor(url, options) {
      super(url, options);
      threads.push(/^(?:blob|data):/.test(url) ? String(url).slice(0, 4) : String(url).replace(/^.*[/]([a-z]+).*$/, "$1"));
    }
  };
  globalThis.tryLoad = async (at, worker) => {
    const { createEngine } = await import(${library});
    try {
      const engine = await createEngine(new URL(at, location.href).href, { store: false, tokenizer: "optional", worker });
      await engine.unload();
      return "loaded";
    } catch ({ code, message, facts }) {
      return { code, message, file: facts?.file };
    }
  };
  globalThis.addChat = async () => {
    await import(${element});
    return document.body.appendChild(document.createElement("pronk-chat"));
  };
  globalThis.answer = async () => {
    const { createEngine } = await import(${library});
    await import(${element});
    const engine = await createEngine(new URL("/model/", location.href).href, { store: false });
    const answer = await engine.completions.create({ prompt: "a", max_tokens: 8, temperature: 0, ignore_eos: true });
    await engine.unload();
    const packed = await createEngine(new URL("/gguf/", location.href).href, { store: false, tokenizer: "optional" });
    await packed.unload();
    const { weights } = packed.info;
    return { text: answer.choices[0].text, threads: [...new Set(threads)], element: customElements.get("pronk-chat") !== undefined, weights };
  };`;
const html = (source: string) =>
  `<!doctype html><meta charset="utf-8" /><script type="module" src="${source}"></script>`;

beforeAll(() => {
  ensureBuilt(["library", "types", "runner", "command"]);
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
  const entries = ["", "/element", "/react", "/vue", "/svelte", "/solid", "/prompt-api", "/bench", "/eval"].map(
    (entry) => `pronk${entry}`,
  );
  const code = `for (const name of ${JSON.stringify(entries)}) console.log(name, Object.keys(await import(name)).length > 0)`;
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: app, encoding: "utf8" });
  expect(told.trim().split("\n")).toEqual(entries.map((name) => `${name} true`));
});

describe("npx pronk, without what a checkout has", () => {
  const env = { ...process.env, PRONK_PROFILE: join(app, "profile"), PRONK_ADAPTER: "software" };
  const pronk = (...args: string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) =>
      execFile(
        join(app, "node_modules/.bin/pronk"),
        args,
        { cwd: app, env, timeout: 300_000 },
        (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      ),
    );

  test("names its commands, and refuses others", async () => {
    expect((await pronk()).stderr).toMatch(/generate[^]*chat[^]*serve[^]*plan[^]*bench[^]*eval[^]*models/);
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect((await pronk("--version")).stdout).toBe(`${version}\n`);
    const refused = await pronk("train");
    expect([refused.status, refused.stdout, refused.stderr.split("\n")[0]]).toEqual([
      1,
      "",
      'There is no command "train".',
    ]);
  });

  test("plan", async () => {
    const { stdout, stderr } = await pronk("plan", "--model", model, "--json");
    expect(JSON.parse(stdout), stderr).toMatchObject({ fits: true, quantize: "none" });
  });

  test("in Node, without webgpu: one line says what is missing", async () => {
    for (const command of [["generate", "--prompt", "a"], ["serve"]]) {
      const { status, stdout, stderr } = await pronk(...command, "--model", model, "--runtime", "node");
      expect([status, stdout, stderr.trim().split("\n")]).toEqual([
        1,
        "",
        [expect.stringContaining("npm install webgpu")],
      ]);
    }
  });

  test("generate in an installed browser with no driver, and models keeps what it fetched", async () => {
    await using server = await startFileServer({ mounts: [{ prefix: "/model/", path: model }] });
    const settings = ["--max-tokens", "4", "--temperature", "0", "--ignore-eos", "--json"];
    const asked = ["--model", `${server.origin}/model/`, "--prompt", "a", ...settings];
    const { stdout, stderr } = await pronk("generate", ...asked);
    expect(JSON.parse(stdout), stderr).toMatchObject({ runtime: "chromium", finishReason: "length" });
    const [kept] = JSON.parse((await pronk("models", "--json")).stdout) as { id: string }[];
    expect((await pronk("models", "delete", kept.id)).stdout).toBe(`deleted ${kept.id}\n`);
    expect(JSON.parse((await pronk("models", "--json")).stdout)).toEqual([]);
  });

  test("bench: what its page finds is told", async () => {
    const { status, stdout, stderr } = await pronk(
      ..."bench --shape tiny --prompt 8 --decode 4 --context 8".split(" "),
    );
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/need a context of 12/);
  });

  test("serve: clients on this machine, streams, and no pages of others", async () => {
    const bin = join(app, "node_modules/.bin/pronk");
    const child = spawn(bin, ["serve", "--model", model, "--port", "0"], { cwd: app, env });
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
      let told = "";
      const origin = await new Promise<string>((resolve, reject) => {
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          const [, found] = /(http:\/\/127\.0\.0\.1:\d+)\/v1/.exec((told += text)) ?? [];
          if (found) resolve(found);
        });
        void exit.then(() => reject(new Error(told)));
      });
      const post = (body: object, headers: Record<string, string> = {}) =>
        fetch(`${origin}/v1/completions`, { method: "POST", headers, body: JSON.stringify(body) });
      const request = { prompt: "a", max_tokens: 4, temperature: 0, ignore_eos: true };
      const [whole] = ((await (await post(request)).json()) as { choices: { text: string }[] }).choices;
      const streamed = await (await post({ ...request, stream: true })).text();
      const pieces = [...streamed.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json).choices[0].text);
      expect([pieces.join(""), streamed.endsWith("data: [DONE]\n\n")]).toEqual([whole.text, true]);
      const refused = await post({ ...request, temperature: -1 });
      expect([refused.status, (await refused.json()).error.param]).toEqual([400, "temperature"]);
      expect((await post(request, { origin: "https://elsewhere.example" })).status).toBe(403);
      // Nothing more is computed for a client that leaves: the next is answered long before that many tokens could be.
      const reader = (await post({ ...request, max_tokens: 60, stream: true })).body!.getReader();
      await reader.read();
      await reader.cancel();
      expect((await post(request)).status).toBe(200);
    } finally {
      child.kill();
    }
    expect(await exit).toBe(0);
  });
});

/** What script() gives a page. */
interface Page {
  tryLoad(at: string, worker: boolean): Promise<unknown>;
  addChat(): Promise<PronkChat>;
}

interface Answer {
  text: string;
  threads: string[];
  element: boolean;
  weights: string;
}
const weights = "model.gguf";

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  let expected: string;
  const open: (FileServer | { close(): Promise<void> })[] = [];
  const errors: string[] = [];

  const serve = async (folder: string, policy?: string, answer?: FileServerOptions["answer"]) => {
    const mounts = [
      { prefix: "/model/", path: model },
      { prefix: "/gguf/", path: fixture("quant-gguf-floats") }, // what reads it is loaded on demand, in the worker
      { prefix: "/packed/", path: fixture("quant-gguf-q4_1") },
      { prefix: "/", path: folder },
    ];
    const server = await startFileServer({ mounts, policy, answer });
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
    expect(answer).toEqual({ text: expected, threads: ["host"], element: true, weights });
    expect(expected).not.toBe("");
    expect(errors).toEqual([]);
  });

  // Firefox has had them since 148; an older one lets everything through.
  const trusting = "default-src 'self'; require-trusted-types-for 'script'; trusted-types pronk";
  const enforced = () =>
    page.evaluate<boolean>(() => {
      try {
        document.createElement("div").innerHTML = "<p>";
        return false;
      } catch {
        return true;
      }
    });

  test("a page that asks for trusted types, of one policy: the same worker, and nothing is refused", async () => {
    const answer = await answerAt(`${await serve(app, trusting)}/plain-${kind}/`);
    expect(answer).toEqual({ text: expected, threads: ["host"], element: true, weights });
    expect(errors).toEqual([]);
    expect(await enforced()).toBe(true);
  });

  test("scripts from another origin: a worker all the same", async () => {
    const cdn = await serve(join(app, "node_modules/pronk/dist/lib"), "");
    plainPage(`elsewhere-${kind}`, `${cdn}/`);
    const answer = await answerAt(`${await serve(app, "")}/elsewhere-${kind}/`);
    expect(answer).toEqual({ text: expected, threads: ["blob"], element: true, weights });
  });

  test("a page without an origin, as in a sandboxed frame: a worker all the same", async () => {
    const answer = await answerAt(`${await serve(app, "sandbox allow-scripts")}/plain-${kind}/`);
    expect(answer).toEqual({ text: expected, threads: ["data"], element: true, weights });
    expect(await page.evaluate<string>("() => globalThis.origin")).toBe("null");
  });

  test("scripts from another origin, where the policy forbids that worker: the page's thread", async () => {
    const cdn = await serve(join(app, "node_modules/pronk/dist/lib"), "");
    plainPage(`strict-${kind}`, `${cdn}/`);
    const policy = `default-src 'self'; script-src 'self' ${cdn}; worker-src 'self'`;
    const answer = await answerAt(`${await serve(app, policy)}/strict-${kind}/`);
    expect(answer).toMatchObject({ text: expected, element: true, weights });
  });

  describe("a part that is not there (a new deployment took it away, or the network is gone)", () => {
    let missing: RegExp | undefined;
    let origin: string;
    beforeAll(async () => {
      origin = await serve(app, undefined, (request, response) => {
        if (!missing?.test(request.url ?? "")) return false;
        response.writeHead(404).end();
        return true;
      });
      await page.goto(`${origin}/plain-${kind}/`);
    });

    test.each([
      ["in the worker", "gguf-weights", "/gguf/", true],
      ["in the worker", "ggml", "/packed/", true],
      ["in the worker", "template-dialog", "/model/", true],
      ["on the page", "tokenizer-json", "/model/", false],
      ["on the page", "gguf-weights", "/gguf/", false],
    ])("%s: %s is named, and the next try works", async (_, part, at, worker) => {
      const load = () =>
        page.evaluate<unknown>(
          ([address, inWorker]: [string, boolean]) => (globalThis as unknown as Page).tryLoad(address, inWorker),
          [at, worker],
        );
      missing = new RegExp(`/${part}-[^/]*\\.js`);
      const failed = await load();
      const message = expect.stringMatching(new RegExp(`^"${part}-.*\\.js"`));
      expect(failed).toMatchObject({ code: "network", message, file: expect.stringMatching(missing) });
      missing = undefined;
      expect(await load()).toBe("loaded");
    });

    test("of the element: an answer is shown as paragraphs until Markdown has arrived", async () => {
      missing = /\/growing-document-/;
      await page.goto(`${origin}/plain-${kind}/`);
      const shown = await page.evaluate<string[]>(async () => {
        const chat = await (globalThis as unknown as Page).addChat();
        const text = "One **bold** word.\n\nAnd *more*.";
        const answer = { id: 2, role: "assistant", text, status: "done", droppedMessages: 0 } as never;
        await chat.open({
          turns: [{ id: 1, role: "user", text: "Go" }, answer],
          continuation: { text: "", contextFull: false },
          draft: { text: "" },
          system: "",
        } as never);
        const html = () => chat.shadowRoot!.querySelector(".markdown")!.innerHTML.replace(/<!--.*?-->/g, "");
        const until = async (pattern: RegExp) => {
          for (let frames = 0; frames < 600 && !pattern.test(html()); frames++)
            await new Promise(requestAnimationFrame);
          return html();
        };
        const plain = await until(/<p>/);
        await new Promise((resolve) => setTimeout(resolve, 500)); // it has not arrived by now
        const still = html();
        const now = performance.now.bind(performance);
        performance.now = () => now() + 6000; // the pause between two tries is over
        (globalThis as { arrives?: () => Promise<string> }).arrives = () => {
          chat.requestUpdate();
          return until(/<strong>/);
        };
        return [plain, still];
      });
      expect(shown).toEqual(Array(2).fill("<p>One **bold** word.</p><p>And *more*.</p>"));
      missing = undefined;
      const arrived = await page.evaluate<string>(() => (globalThis as { arrives?: () => Promise<string> }).arrives!());
      expect(arrived).toBe("<p>One <strong>bold</strong> word.</p><p>And <em>more</em>.</p>");
    });

    test("of the element: what failed is told without the panel that was to tell it, and the press fetches it", async () => {
      missing = /\/late-panels-/;
      await page.goto(`${origin}/plain-${kind}/`);
      const words = await page.evaluate<string[]>(async () => {
        const chat = await (globalThis as unknown as Page).addChat();
        const inside = chat.shadowRoot!;
        const until = async (selector: string) => {
          for (let frames = 0; frames < 600 && !inside.querySelector(selector); frames++)
            await new Promise(requestAnimationFrame);
          return inside.querySelector<HTMLElement>(selector)!;
        };
        chat.model = new URL("nothing-here/", location.href).href;
        await chat.updateComplete;
        await chat.load();
        const failed = (await until(".problem [data-action=retry]"))
          .closest(".problem")!
          .querySelector("h2")!.textContent!;
        chat.model = undefined;
        await chat.updateComplete;
        const continuation = { text: "Once upon a time", contextFull: false };
        await chat.open({ turns: [], continuation, draft: { text: "" }, system: "" } as never);
        const retry = await until(".problem [data-action=retry]");
        (globalThis as { arrives?: () => Promise<string> }).arrives = async () => {
          retry.click();
          return ((await until("textarea")) as HTMLTextAreaElement).value;
        };
        return [failed, retry.closest(".problem")!.querySelector("h2")!.textContent!];
      });
      expect(words).toEqual(["There is no model at this address", "A part of the application is missing"]);
      missing = undefined;
      const arrived = await page.evaluate<string>(() => (globalThis as { arrives?: () => Promise<string> }).arrives!());
      expect(arrived).toBe("Once upon a time");
    });
  });

  test("an application built by Vite", async () => {
    const outDir = join(app, `built-${kind}`);
    await build({ root: app, logLevel: "error", configFile: false, build: { outDir, target: "es2022" } });
    for (const policy of [undefined, trusting]) {
      const answer = await answerAt(`${await serve(outDir, policy)}/`);
      expect(answer).toEqual({ text: expected, threads: ["host"], element: true, weights });
    }
    expect(errors).toEqual([]);
  });

  test("an application served by Vite while one works on it", async () => {
    const models = await serve(app);
    const proxy = { "/model": models, "/gguf": models };
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
    expect(answer).toMatchObject({ text: expected, element: true, weights });
    expect(answer.threads.at(-1)).toBe("host");
  });
});
