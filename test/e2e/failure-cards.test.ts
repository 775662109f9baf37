// The card that a failed load shows, on the chat page with a hub under its own origin: a mistyped name, a gated model that
// gets its token on the card, a token typed in the picker before a model of the list is pressed, a hub that goes away, a full
// disk, a shader that does not compile, a GPU with too little memory; what is shown instead of an answer; and a library of
// another origin, which needs no card.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, launch } from "../../cli/browser/browser-page.ts";
import { outputFolder } from "../../cli/built.ts";
import { type FileServer, startFileServer } from "../../cli/server/file-server.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { type HubServer, startHub } from "../support/hub-server.ts";
import { spoilTensor } from "../support/spoiled.ts";
import { ask, press, send, showModel, startSite, turnsOf, untilState } from "./chat-site.ts";
import { throughHub } from "./hub-proxy.ts";

const { parent, folder } = writeByteModel();
const spoiledFolder = join(parent, "spoiled");
let hub: HubServer;
let server: FileServer;
let page: BrowserPage;
/** The hub no longer gives weights. */
let gone = false;

beforeAll(async () => {
  ensureBuilt(["library"]);
  const files = new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  const gated = ["owner/gated", "owner/gated-too"].map((name) => [name, { files, gatedFor: "hf_right" }] as const);
  hub = await startHub([...gated, ...["owner/plain", "owner/other"].map((name) => [name, { files }] as const)]);
  const throughTheHub = throughHub(hub);
  const spoiled = new Map(files);
  await spoilTensor(spoiled, "lm_head.weight", (_, view) => view.setFloat32(4 * 64 * 7, NaN, true));
  mkdirSync(spoiledFolder);
  for (const [name, bytes] of spoiled) writeFileSync(join(spoiledFolder, name), bytes);
  server = await startSite({
    tiny: folder,
    folders: { "/models/spoiled/": spoiledFolder },
    answer: (request, response) => {
      if (!gone || !request.url?.startsWith("/storage/")) return throughTheHub(request, response);
      response.destroy();
      return true;
    },
  });
  page = await launch("chromium");
  await page.goto(`${server.origin}/`);
  await untilState(page, "ready");
  await page.evaluate((hubUrl: string) => {
    Object.assign(document.querySelector("pronk-chat")!, { engineOptions: { hubUrl } });
  }, `${server.origin}/hub`);
});
afterAll(async () => {
  await page?.close();
  await server?.close();
  await hub?.close();
  rmSync(parent, { recursive: true });
});

const card = () =>
  page.evaluate<string>(
    () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".panel.problem")?.textContent ?? "",
  );
const openRepository = async (name: string) => {
  await press(page, "#open-picker");
  await page.playwright!.fill("#repository", name);
  await page.playwright!.click("[data-action=open-repository]");
  await untilState(page, "idle");
  await press(page, "[data-action=load]");
};

/** A repository from which only the list of files arrives, with a question that waits for it. */
async function openWithQuestion(name: string): Promise<void> {
  gone = name === "owner/plain";
  await press(page, "#open-picker");
  await page.playwright!.fill("#token", "");
  await page.playwright!.fill("#repository", name);
  await page.playwright!.click("[data-action=open-repository]");
  await untilState(page, "idle");
  await send(page, "hello?");
}
const untilAnswered = () =>
  expect
    .poll(async () => (await turnsOf(page)).map(({ status }) => status), { timeout: 30_000 })
    .toEqual([undefined, "done"]);

test("an engine whose worker breaks while nobody asks comes back in another, and answers", async () => {
  await page.evaluate(() => {
    const { Worker: Plain } = globalThis;
    const workers: Worker[] = [];
    globalThis.Worker = class extends Plain {
      constructor(...given: ConstructorParameters<typeof Plain>) {
        super(...given);
        if (String(given[0]).includes("host")) workers.push(this);
      }
    };
    Object.assign(globalThis, { workers });
  });
  const workers = () => page.evaluate<number>(() => (globalThis as unknown as { workers: Worker[] }).workers.length);
  await showModel(page, `${server.origin}/models/tiny/?again`, true); // not shared: in a worker of this page's own
  await untilState(page, "ready");
  const answer = await ask(page, "hi");
  const before = await workers();
  await page.evaluate(() => {
    const { workers } = globalThis as unknown as { workers: Worker[] };
    workers.at(-1)!.dispatchEvent(new ErrorEvent("error", { message: "Uncaught" }));
  });
  expect((await ask(page, "and?")).status).toBe("done");
  expect(before).toBe(1);
  expect(await workers()).toBe(2);
  expect(await card()).toBe("");
  expect((await turnsOf(page)).at(-3)?.text).toBe(answer.text);
});

test("a mistyped name gets a card about the name", async () => {
  await openRepository("owner/gatde");
  await expect.poll(card).toContain("No model called owner/gatde on the hub");
  expect(await card()).toContain("Check the name first");
  const remembered = await page.evaluate<string | null>(() => localStorage.getItem("pronk.model"));
  expect(remembered).toBe("tiny"); // a name that leads nowhere is not remembered for the next visit
});

test("a card that is longer than the view is shown from its beginning, with the field below it", async () => {
  const { playwright } = page;
  await playwright!.setViewportSize({ width: 640, height: 400 });
  await openRepository("owner/gatdee");
  await expect.poll(card).toContain("No model called owner/gatdee on the hub");
  const inView = (selector: string) =>
    playwright!.locator(selector).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  expect(await inView("pronk-chat .panel.problem h2")).toBe(true);
  expect(await inView("pronk-chat .composer")).toBe(true);
  await playwright!.setViewportSize({ width: 1280, height: 720 });
});

test("a gated model asks for a token, and loads with the one that is given there", async () => {
  await openRepository("owner/gated");
  await expect.poll(card).toContain("You don't have access to this model yet");
  await page.playwright!.fill("#hub-token", "hf_wrong");
  await page.playwright!.keyboard.press("Enter");
  await expect.poll(card).toContain("hasn't been granted");
  await page.playwright!.fill("#hub-token", "hf_right");
  await press(page, "[data-action=use-token]");
  await untilState(page, "ready");
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("hf_");
});

test("the picker has that token, and one typed there counts for a model of its list", async () => {
  await press(page, "#open-picker");
  expect(await page.playwright!.inputValue("#token")).toBe("hf_right");
  await page.playwright!.fill("#token", "hf_typed");
  await press(page, "[data-model=tiny]");
  expect(await page.evaluate(() => (document.querySelector("pronk-chat") as { token?: string } | null)?.token)).toBe(
    "hf_typed",
  );
  await untilState(page, "ready");
});

test("chosen once more with a token, a model whose card is shown loads, and the question that waited is answered", async () => {
  const chooseRepository = async (token: string) => {
    await press(page, "#open-picker");
    await page.playwright!.fill("#token", token);
    await page.playwright!.fill("#repository", "owner/gated-too");
    await page.playwright!.click("[data-action=open-repository]");
  };
  await chooseRepository("hf_wrong");
  await send(page, "hello?");
  await expect.poll(card).toContain("hasn't been granted");
  await chooseRepository("hf_right");
  await expect
    .poll(async () => (await turnsOf(page)).map(({ status }) => status), { timeout: 20_000 })
    .toEqual([undefined, "done"]);
});

test("a hub that goes away in the middle is asked again by itself, then by a press; the question stands, and is answered", async () => {
  const { playwright } = page;
  await openWithQuestion("owner/plain");
  await expect
    .poll(() => playwright!.locator("pronk-chat .load").textContent(), { timeout: 20_000 })
    .toContain("The server hasn't answered for a while. pronk keeps trying; what has arrived is kept.");
  expect(await playwright!.locator("pronk-chat [data-action=cancel-load]").isVisible()).toBe(true);
  await expect
    .poll(card, { timeout: 60_000 })
    .toContain("What has arrived is kept; trying again continues from there.");
  expect((await turnsOf(page)).map(({ text }) => text)).toEqual(["hello?"]);
  gone = false;
  await press(page, "[data-action=retry]");
  await untilAnswered();
});

test("where the browser's storage is full the model runs without it, by a press, and answers the question that waited", async () => {
  const context = page.playwright!.context();
  const session = await context.newCDPSession(page.playwright!);
  const { origin } = server;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
  await openWithQuestion("owner/other");
  await expect.poll(card, { timeout: 20_000 }).toContain("The browser's storage is full");
  await expect.poll(() => page.playwright!.locator("pronk-chat [data-action=make-room]").count()).toBeGreaterThan(0);
  expect((await turnsOf(page)).map(({ text }) => text)).toEqual(["hello?"]);
  await press(page, "[data-action=without-store]");
  await untilAnswered();
  await session.send("Storage.overrideQuotaForOrigin", { origin });
});

test("a shader that does not compile is the driver's fault, and a later try may succeed", async () => {
  await page.evaluate(() => {
    const { createShaderModule: real } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function ({ label, code }) {
      return real.call(this, { label, code: label?.startsWith("embed") ? `${code}\nfn broken() { nonsense; }` : code });
    };
    Object.assign(globalThis, { mendCompiler: () => (GPUDevice.prototype.createShaderModule = real) });
    Object.assign(document.querySelector("pronk-chat")!, { engineOptions: { worker: false } });
  });
  await showModel(page, `${server.origin}/models/tiny/?shader`, true);
  await expect.poll(card).toContain("The graphics driver refused a program");
  await page.evaluate(() => (globalThis as unknown as { mendCompiler(): void }).mendCompiler());
  await press(page, "[data-action=retry]");
  await untilState(page, "ready");
});

test("where memory runs out, smaller setups are offered: one is pressed, loads, and answers the question that waited", async () => {
  await page.evaluate(() => {
    const memory = { limitBytes: Infinity, takenBytes: 0 }; // of the newest device's lasting buffers
    const devices = new WeakSet<GPUDevice>();
    const { createBuffer: real } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (wanted) {
      if (!devices.has(this)) memory.takenBytes = 0;
      devices.add(this);
      if (wanted.label?.startsWith("upload")) return real.call(this, wanted); // of the load, not of the model
      if (memory.takenBytes + wanted.size > memory.limitBytes) throw new RangeError("createBuffer failed: too large");
      memory.takenBytes += wanted.size;
      return real.call(this, wanted);
    };
    Object.assign(globalThis, { memory });
  });
  await showModel(page, `${server.origin}/models/tiny/?roomy`, true);
  await untilState(page, "ready");
  await page.evaluate("() => void (memory.limitBytes = 0.95 * memory.takenBytes)");
  await showModel(page, `${server.origin}/models/tiny/?tight`, false);
  await send(page, "hello?");
  await expect.poll(card).toContain("memory");
  expect(await page.playwright!.locator("pronk-chat [data-action=take-setup]").count()).toBeGreaterThan(1);
  await press(page, "[data-action=take-setup]");
  await expect.poll(async () => (await turnsOf(page)).map(({ status }) => status)).toEqual([undefined, "done"]);
  expect(await card()).toBe("");
  await page.evaluate("() => void (memory.limitBytes = Infinity)");
});

test("numbers that no word can be chosen from are told below the question, with a press that asks again", async () => {
  await showModel(page, `${server.origin}/models/spoiled/`, true);
  await untilState(page, "ready");
  await send(page, "hello?");
  const note = () =>
    page.evaluate<string>(
      () => document.querySelector("pronk-chat")!.shadowRoot!.querySelector(".notice.problem")?.textContent ?? "",
    );
  await expect.poll(note).toContain("The model's numbers came out wrong");
  expect((await turnsOf(page)).at(-1)).toMatchObject({ role: "assistant", text: "", status: "failed" });
  await press(page, "[data-action=answer-again]");
  await expect.poll(async () => (await turnsOf(page)).at(-1)?.status).toBe("failed");
});

test.each([" blob:", ""])(
  "a library from another origin runs, in a worker or on the page (worker-src 'self'%s)",
  async (blob) => {
    await using library = await startFileServer({ mounts: [{ prefix: "/", path: outputFolder.library }] });
    const policy = `default-src 'self'; script-src 'self' ${library.origin}; worker-src 'self'${blob}`;
    const html = `<!doctype html><title>a page</title><script type="module" src="${library.origin}/element.js"></script>
    <pronk-chat model="/models/tiny/" autoload></pronk-chat>`;
    await using site = await startFileServer({
      mounts: [{ prefix: "/models/tiny/", path: folder }],
      answer: (request, response) => {
        if (request.url !== "/page") return false;
        response.setHeader("content-security-policy", policy);
        response.writeHead(200, { "content-type": "text/html" }).end(html);
        return true;
      },
    });
    await page.goto(`${site.origin}/page`);
    expect((await ask(page, "hi")).status).toBe("done");
  },
);
