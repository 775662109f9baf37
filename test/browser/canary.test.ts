// A hub's access token is sent to that hub and nowhere else, and a token in a model's own address only to that address: a word
// that stands for one is searched for in errors, logs, addresses and everything the origin keeps, after loads that succeed and
// loads that fail in every way a hub can fail.

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PronkError } from "../../src/index.ts";
import type { BrowserPage } from "../../cli/browser/browser-page.ts";
import type { FileServerOptions } from "../../cli/server/file-server.ts";
import { byteModelFiles } from "../support/byte-model.ts";
import { mentions, searchPage } from "../support/canary.ts";
import type { HubFault } from "../support/hub-body.ts";
import { browserKinds } from "../support/harness.ts";
import { type HubRepository, type HubServer, startHub } from "../support/hub-server.ts";
import { startStoreSite, type StoreSite } from "../support/store-page.ts";

type Pronk = typeof import("../../src/index.ts");
declare const pronk: Pronk;
declare const hubUrl: string;

const canary = "hf_Canary+7Qz/XkWv93LmTr";
const files = byteModelFiles();
const repository = (change: Partial<HubRepository> = {}): HubRepository => ({ files, gatedFor: canary, ...change });
const names = [
  "right",
  "page",
  "shared",
  "other-token",
  "cut",
  "wrong",
  "refused",
  "expired",
  "busy",
  "moved",
  "mirrored",
];

/** A folder for each way to end, `/folder/WAY/`, whose files ask for the word in their query. */
const guarded: FileServerOptions["answer"] = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const [, top, way, name] = pathname.split("/");
  if (top !== "folder") return false;
  const bytes = files.get(name);
  const isWeights = name.endsWith(".safetensors");
  if (searchParams.get("token") !== canary || (way === "refused" && isWeights)) response.writeHead(403).end();
  else if (!bytes || way === "absent") response.writeHead(404).end();
  else if (way === "unsized" && isWeights) response.writeHead(200, { "transfer-encoding": "chunked" }).end(bytes);
  else if (way === "failing" && isWeights) response.writeHead(400, { "content-type": "application/json" }).end("{}");
  else sendRange(request, response, way === "short" && isWeights ? bytes.subarray(0, -100) : bytes);
  return true;
};

function sendRange({ headers }: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Number(range[2]) + 1 : bytes.length;
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${bytes.length}`);
  response.writeHead(range ? 206 : 200, { "Content-Length": end - start }).end(bytes.subarray(start, end));
}

let site: StoreSite;
let hub: HubServer;
let elsewhere: HubServer;
beforeAll(async () => {
  site = await startStoreSite(guarded);
  hub = await startHub(names.map((name) => [`a/${name}`, repository()]));
  hub.repositories.set("a/other-token", repository({ gatedFor: "hf_other" }));
  elsewhere = await startHub([["a/mirrored", repository({ gatedFor: undefined })]]);
});
afterAll(async () => {
  await site.server.close();
  await hub.close();
  await elsewhere.close();
});

interface Case {
  name: string;
  at?: string;
  share?: true;
  worker?: false;
}

interface Outcome {
  code: string;
  told: string;
}

/** Loads, asks, and returns everything that a caller gets to see: reports and events, or the error with all its causes. */
async function load({ name, token, at, ...options }: Case & { token: string }): Promise<Outcome> {
  const told: unknown[] = [];
  const deep = (error: unknown): unknown => {
    if (!(error instanceof Error)) return error;
    const own = Object.fromEntries(Object.getOwnPropertyNames(error).map((key) => [key, (error as never)[key]]));
    return { ...own, text: String(error), cause: deep(error.cause) };
  };
  const where = { token, hubUrl: at ?? hubUrl };
  try {
    told.push(await pronk.inspectModel(name, where));
    const onProgress = (event: unknown) => told.push(event);
    const engine = await pronk.createEngine(name, { ...where, ...options, contextLength: 64, onProgress });
    told.push(engine.info);
    for await (const chunk of await engine.completions.create({ prompt: "a", max_tokens: 4, stream: true }))
      told.push(chunk);
    await engine.unload();
    told.push(String(engine.ended.reason), await pronk.models.list(), await pronk.models.storage());
    return { code: "loaded", told: JSON.stringify(told) };
  } catch (error) {
    told.push(deep(error));
    return { code: (error as { code?: string }).code ?? String(error), told: JSON.stringify(told) };
  }
}

/** Every way in, by an address and by a hub's: what a caller sees of each error. */
async function refusals([named, at]: readonly [string, string]): Promise<string[]> {
  const deep = (error: unknown): string => {
    const { code, message, stack, facts, cause } = error as PronkError & { cause?: unknown };
    return `${code} ${message} ${stack} ${JSON.stringify(facts)} ${cause === undefined ? "" : deep(cause)}`;
  };
  const ways = [named, "a/unknown"].flatMap((name): (() => Promise<unknown>)[] => {
    const where = name === named ? {} : { hubUrl: at };
    return [
      () => pronk.inspectModel(name, where),
      () => pronk.models.download(name, where),
      () => pronk.createEngine(name, where),
      () => pronk.createEngine(name, { ...where, worker: false }),
      () => pronk.createEngine(name, { ...where, share: true }),
    ];
  });
  return Promise.all(ways.map((way) => Promise.resolve().then(way).then(() => "loaded", deep))); // prettier-ignore
}

const always = (path: string, kind: HubFault["kind"], more: Partial<HubFault> = {}): HubFault => ({
  path,
  kind,
  ...more,
});

describe.each(browserKinds)("in %s", (kind) => {
  let page: BrowserPage;
  const logs: string[] = [];
  beforeAll(async () => {
    page = await site.open(kind, hub.url);
    page.onConsole((_, text) => logs.push(text));
  });
  afterAll(() => page?.close());

  /** With the hub in a certain mood: the outcome, and that the word was only where it belongs. */
  async function tryAll(cases: readonly Case[], faults: readonly HubFault[]): Promise<string[]> {
    hub.faults.splice(0, Infinity, ...faults);
    hub.requests.length = 0;
    const given = cases.map((one) => ({ ...one, token: canary }));
    const outcomes = await page.evaluate<Outcome[]>(`(cases) => Promise.all(cases.map(${String(load)}))`, given);
    hub.faults.length = 0;
    for (const { told } of outcomes) expect(mentions(told, canary)).toBe(false);
    expect(logs.filter((text) => mentions(text, canary))).toEqual([]);
    const { found, places, characters } = await searchPage(page, canary);
    expect([found, characters > 1000, places.includes("addresses")]).toEqual([[], true, true]);
    // Only the hub was shown it; and never in an address.
    const shown = hub.requests.filter(({ headers }) => headers.authorization !== undefined);
    expect([...new Set(shown.map(({ origin }) => origin))]).toEqual(["hub"]);
    expect(hub.requests.filter(({ path, headers }) => mentions(path + (headers.referer ?? ""), canary))).toEqual([]);
    return outcomes.map(({ code }) => code);
  }

  test.each<[string, Case, string, HubFault[]]>([
    ["a load", { name: "a/right" }, "loaded", []],
    ["a load on the page's thread", { name: "a/page", worker: false }, "loaded", []],
    ["an engine that tabs share", { name: "a/shared", share: true }, "loaded", []],
    ["a token of another account", { name: "a/other-token" }, "network", []],
    ["a hub that says 401", { name: "a/refused" }, "network", [always("hub:/a/refused", "status", { status: 401 })]],
    ["a name that is not there", { name: "a/nobody" }, "network", []],
    ["storage that refuses its own address", { name: "a/expired" }, "network", [always("storage:", "expire")]],
    ["storage that sends on once more", { name: "a/moved" }, "loaded", [always("storage:", "redirect", { times: 1 })]],
    [
      "other bytes than promised",
      { name: "a/wrong" },
      "integrity",
      [always("storage:/model", "wrong-bytes", { after: 4 })],
    ],
  ])("%s", async (_, one, code, faults) => {
    expect(await tryAll([one], faults)).toEqual([code]);
  });

  test("hubs that are tried again and again: one that is busy, one that is not there", async () => {
    const cases = [{ name: "a/busy" }, { name: "a/gone", at: "http://127.0.0.1:9" }];
    const faults = [always("hub:/api/models/a/busy", "status", { status: 503 })];
    expect(await tryAll(cases, faults)).toEqual(["network", "network"]);
  });

  test("a mirror whose list goes on at another hub is the only one that is shown it", async () => {
    hub.linksTo = elsewhere.url;
    elsewhere.requests.length = 0;
    const outcome = await page.evaluate<Outcome>(load as never, { name: "a/mirrored", token: canary });
    hub.linksTo = undefined;
    expect(mentions(outcome.told, canary)).toBe(false);
    expect(elsewhere.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    expect((await searchPage(page, canary)).found).toEqual([]);
  });

  test.each([
    ["right", "loaded"],
    ["absent", "network"],
    ["refused", "model-unsupported"], // not there, as far as anybody can tell
    ["unsized", "network"],
    ["failing", "network"],
    ["short", "integrity"],
  ])("a folder whose own address has it: %s", async (way, code) => {
    const folder = `${site.server.origin}/folder/${way}/`;
    const name = `${folder}?token=${encodeURIComponent(canary)}`;
    const outcome = await page.evaluate<Outcome>(load as never, { name, token: "" });
    expect(outcome.code).toBe(code);
    expect(mentions(outcome.told, canary)).toBe(false);
    if (code === "network") expect(outcome.told).toContain(folder);
    expect(logs.filter((text) => mentions(text, canary))).toEqual([]);
    // The browser's own list of what a page fetched has whole addresses; inspectModel runs on the page.
    expect((await searchPage(page, canary)).found.filter((place) => place !== "addresses")).toEqual([]);
  });

  test("an address with a password in it is refused before anything is asked for, and nobody repeats it", async () => {
    const { host } = new URL(site.server.origin);
    const password = encodeURIComponent(canary);
    const named = `http://user:${password}@${host}/folder/right/`;
    hub.requests.length = 0;
    const told = await page.evaluate(refusals, [named, hub.url.replace("//", `//user:${password}@`)] as const);
    expect(told).toHaveLength(10);
    for (const one of told) {
      expect(one).toMatch(/^bad-request .*a name or password in it/);
      expect(mentions(one, canary)).toBe(false);
    }
    expect(hub.requests).toEqual([]);
    expect(logs.filter((text) => mentions(text, canary))).toEqual([]);
    const { found } = await searchPage(page, canary);
    expect(found.filter((place) => place !== "addresses")).toEqual([]); // which has those of the tests before
  });

  test("the search finds what is there", async () => {
    await page.evaluate(() => performance.clearResourceTimings());
    await page.evaluate(async (word: string) => {
      localStorage.setItem("kept", `a ${word} b`);
      await (await caches.open("some")).put("/x", new Response(encodeURIComponent(word)));
      history.replaceState({ deep: [btoa(`x${word}`)] }, "");
      const request = indexedDB.open("other");
      request.onupgradeneeded = () => request.result.createObjectStore("things");
      await new Promise((resolve) => (request.onsuccess = resolve));
      const writing = request.result.transaction("things", "readwrite");
      writing.objectStore("things").put([new Blob([`xx${word}`])], 1);
      await new Promise((resolve) => (writing.oncomplete = resolve));
      request.result.close();
    }, canary);
    const { found } = await searchPage(page, canary);
    expect(found.toSorted()).toEqual(["IndexedDB other.things", "caches", "history", "localStorage"]);
    expect(["a b", `say ${canary}.`, btoa(`1${canary}`)].map((text) => mentions(text, canary))).toEqual([
      false, true, true,
    ]); // prettier-ignore
  });
});
