// A hub repository over loopback: listing, ranges through the redirect, retries, and each refusal as a clear error.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSource } from "../../../src/source/open-source.ts";
import { usualPatience } from "../../../src/source/retry.ts";
import { readWhole } from "../../../src/source/whole-file.ts";
import { startHub, type HubRepository, type HubServer } from "../../support/hub-server.ts";
import { rejection } from "../../support/rejection.ts";

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 31 + (i >> 8)) & 255);
const files = new Map([
  ["config.json", new TextEncoder().encode("{}")],
  ["model.safetensors", bytes(100_000)],
  ...["a", "b", "c", "d"].map((name) => [`${name}/with space.txt`, bytes(10)] as const),
]);
const repository: HubRepository = { files, license: "llama2", baseModel: ["meta-llama/Llama-2-7b-hf"] };

let hub: HubServer;
beforeEach(async () => void (hub = await startHub([["owner/name", repository]])));
afterEach(() => hub.close());

const patience = { ...usualPatience, attempts: 4, firstWaitMs: 5 };
const open = (token?: string, reference = "owner/name") => openSource(reference, { hubUrl: hub.url, token, patience });

test("lists every page, pins the commit, reads the card", async () => {
  const source = await open();
  expect(source.files.map((file) => file.path)).toEqual([...files.keys()]);
  expect(source.files[1]).toMatchObject({ sizeBytes: 100_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(source.id).toMatch(/^hub:owner\/name@[0-9a-f]{40}$/);
  expect(source).toMatchObject({ label: "owner/name", remote: true });
  expect(source.card).toEqual({ license: "llama2", baseModel: ["meta-llama/Llama-2-7b-hf"], gated: false });
  const commit = source.id.split("@")[1];
  expect(hub.requests.filter((request) => request.path.includes("/tree/")).length).toBe(2);
  for (const request of hub.requests.slice(1)) expect(request.path).toContain(commit);
});

test("takes git's name of a small file as its hash, where it is one, and refuses other bytes under it", async () => {
  const source = await open();
  const [config, weights] = source.files;
  expect(config.gitSha1).toBe("9e26dfeeb6e641a33dae4961196235bdb965b21b"); // printf '{}' | git hash-object --stdin
  expect(weights.gitSha1).toBeUndefined(); // there the list has a pointer's object id
  expect(await readWhole(source, "config.json")).toEqual(files.get("config.json"));
  const other = { ...source, read: async () => new TextEncoder().encode("[]") };
  const error = await rejection(readWhole(other, "config.json"));
  expect(error).toMatchObject({ code: "integrity", facts: { file: "config.json", expected: config.gitSha1 } });
  hub.oid = "f".repeat(64); // of a repository whose git counts in SHA-256
  const unnamed = await open();
  expect(unnamed.files[0]).toEqual({ path: "config.json", sizeBytes: 2 });
});

test("a mirror's further pages are its own, whoever its links name", async () => {
  hub.linksTo = "https://huggingface.co";
  const source = await open("hf_token");
  expect(source.files.map((file) => file.path)).toEqual([...files.keys()]);
  expect(hub.requests.filter((request) => request.path.includes("/tree/")).length).toBe(2);
});

test("reads ranges from storage and from the hub, with no header but a safelisted Range", async () => {
  const source = await open();
  const weights = files.get("model.safetensors")!;
  expect(await source.read("model.safetensors", 1000, 51_000)).toEqual(weights.slice(1000, 51_000));
  expect(await source.read("model.safetensors", 0, 100_000)).toEqual(weights);
  expect(await source.read("a/with space.txt", 2, 5)).toEqual(bytes(10).slice(2, 5));
  expect(hub.requests.some((request) => request.origin === "storage")).toBe(true);
  for (const { method, headers } of hub.requests) {
    expect(method).toBe("GET"); // never a preflight
    expect(headers.range ?? "bytes=0-0").toMatch(/^bytes=\d+-\d+$/);
    expect([headers.authorization, headers.referer, headers.cookie]).toEqual([undefined, undefined, undefined]);
  }
});

test("fills the caller's buffer and counts bytes as they come", async () => {
  const source = await open();
  const room = new Uint8Array(200_000);
  let count = 0;
  const read = await source.read("model.safetensors", 0, 90_000, {
    into: () => room,
    onBytes: (more) => (count += more),
  });
  expect(read.buffer).toBe(room.buffer);
  expect([read.length, count]).toEqual([90_000, 90_000]);
});

test("sends the token to the hub and not to storage", async () => {
  hub.repositories.set("owner/name", { ...repository, gatedFor: "hf_right" });
  const source = await open("hf_right");
  expect(source.card?.gated).toBe(true);
  await source.read("model.safetensors", 10, 20);
  expect(
    hub.requests.filter((request) => request.origin === "storage").map((request) => request.headers.authorization),
  ).toEqual([undefined]);
});

describe("goes on after", () => {
  test.each([429, 500, 503])("HTTP %i", async (status) => {
    const source = await open();
    hub.faults.push({ path: "model.safetensors", kind: "status", status, times: 2 });
    expect(await source.read("model.safetensors", 5, 25)).toEqual(files.get("model.safetensors")!.slice(5, 25));
  });

  test("a signed address that expired", async () => {
    const source = await open();
    hub.faults.push({ path: "storage:/model.safetensors", kind: "expire", times: 1 });
    expect(await source.read("model.safetensors", 5, 25)).toEqual(files.get("model.safetensors")!.slice(5, 25));
    expect(hub.requests.filter((request) => request.path.includes("/resolve/")).length).toBe(2);
  });

  test.each(["break", "truncate"] as const)("a body that ends early (%s), at the byte where it ended", async (kind) => {
    const source = await open();
    hub.faults.push({ path: "storage:", kind, afterBytes: 30_000, times: 1 });
    let count = 0;
    const read = await source.read("model.safetensors", 1000, 91_000, { onBytes: (more) => (count += more) });
    expect(read).toEqual(files.get("model.safetensors")!.slice(1000, 91_000));
    expect(count).toBe(90_000);
    const ranges = hub.requests
      .filter((request) => request.origin === "storage")
      .map((request) => request.headers.range);
    expect(ranges).toHaveLength(2);
    const resumedAt = Number(/bytes=(\d+)/.exec(ranges[1]!)![1]);
    expect(resumedAt).toBeGreaterThan(1000);
    expect(resumedAt).toBeLessThanOrEqual(31_000);
  });

  test("a server without ranges, by reading past what is not wanted", async () => {
    const source = await open();
    hub.faults.push({ path: "storage:", kind: "no-range" });
    expect(await source.read("model.safetensors", 70_000, 70_100)).toEqual(
      files.get("model.safetensors")!.slice(70_000, 70_100),
    );
  });
});

describe("refused with", () => {
  test("401, gated: the page where the licence is accepted", async () => {
    hub.repositories.set("owner/name", { ...repository, gatedFor: "hf_right" });
    const error = await rejection((await open()).read("model.safetensors", 0, 10));
    expect(error).toMatchObject({
      code: "network",
      facts: { status: 401, errorCode: "GatedRepo", file: "model.safetensors" },
    });
    expect(error.message).toMatch(
      /"model\.safetensors".*HTTP 401.*gated.*accept its licence on http.*\/owner\/name.*access token/,
    );
  });

  test("403: the token's account has no access yet", async () => {
    hub.repositories.set("owner/name", { ...repository, gatedFor: "hf_right" });
    const error = await rejection((await open("hf_wrong")).read("model.safetensors", 0, 10));
    expect(error).toMatchObject({ code: "network", facts: { status: 403 } });
    expect(error.message).toMatch(/with the account of this access token/);
  });

  test("401, unknown model", async () => {
    const error = await rejection(open(undefined, "owner/nmae"));
    expect(error).toMatchObject({
      code: "network",
      facts: { status: 401, errorCode: "RepoNotFound", file: "owner/nmae" },
    });
    expect(error.message).toMatch(/owner\/nmae does not exist, or it is private or gated/);
  });

  test("404: a revision, a file", async () => {
    expect((await rejection(open(undefined, "owner/name@v9"))).message).toMatch(
      /HTTP 404, RevisionNotFound.*no such revision/,
    );
    const source = await open();
    hub.repositories.set("owner/name", { ...repository, commit: source.id.split("@")[1], files: new Map() });
    expect((await rejection(source.read("model.safetensors", 0, 10))).facts).toMatchObject({
      status: 404,
      errorCode: "EntryNotFound",
    });
  });

  test.each([429, 500])("HTTP %i that does not pass", async (status) => {
    const source = await open();
    hub.faults.push({ path: "resolve", kind: "status", status });
    const error = await rejection(source.read("model.safetensors", 0, 10));
    expect(error).toMatchObject({ code: "network", facts: { status, file: "model.safetensors" } });
    expect(hub.requests.filter((request) => request.path.includes("resolve")).length).toBe(4);
  });

  test("storage that keeps refusing", async () => {
    const source = await open();
    hub.faults.push({ path: "storage:", kind: "expire" });
    expect((await rejection(source.read("model.safetensors", 0, 10))).facts).toMatchObject({
      status: 403,
      origin: hub.storageUrl,
    });
  });

  test("a shard that is shorter than the list says", async () => {
    const source = await open();
    const short = new Map(files).set("model.safetensors", bytes(40_000));
    hub.repositories.set("owner/name", { ...repository, commit: source.id.split("@")[1], files: short });
    const error = await rejection(source.read("model.safetensors", 30_000, 90_000));
    expect(error).toMatchObject({
      code: "integrity",
      facts: { file: "model.safetensors", expected: 100_000, found: 40_000 },
    });
    expect(error.message).toMatch(/truncated shard/);
  });

  test("nobody at home: the origin and the policy's constant are named", async () => {
    const address = hub.url;
    await hub.close();
    const error = await rejection(openSource("owner/name", { hubUrl: address, patience }));
    expect(error).toMatchObject({ code: "network", facts: { origin: address } });
    expect(error.message).toContain(
      "connect-src needs 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co",
    );
  });

  test("a read outside the file, of another file, or over 16 MiB", async () => {
    const source = await open();
    expect(await rejection(source.read("model.safetensors", 99_000, 100_001))).toMatchObject({ code: "integrity" });
    expect(await rejection(source.read("other", 0, 1))).toMatchObject({ code: "format", facts: { file: "other" } });
    expect(await rejection(source.read("model.safetensors", 9, 3))).toMatchObject({ code: "bad-request" });
  });
});

test("abort ends a read that waits, with the signal's reason", async () => {
  const source = await open();
  hub.faults.push({ path: "storage:", kind: "stall" });
  const controller = new AbortController();
  const reading = source.read("model.safetensors", 0, 10, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await expect(reading).rejects.toThrow("enough");
});

test("the policy's report turns a failed fetch into an error that names the blocked origin", async () => {
  const scope = Object.assign(globalThis, { SecurityPolicyViolationEvent: Event });
  const listeners = new EventTarget();
  const { fetch, addEventListener, removeEventListener } = globalThis;
  Object.assign(globalThis, {
    addEventListener: listeners.addEventListener.bind(listeners),
    removeEventListener: listeners.removeEventListener.bind(listeners),
    fetch: async () => {
      const event = Object.assign(new Event("securitypolicyviolation"), {
        effectiveDirective: "connect-src",
        blockedURI: "https://cas-bridge.xethub.hf.co/some/file",
      });
      listeners.dispatchEvent(event);
      throw new TypeError("Failed to fetch");
    },
  });
  try {
    const error = await rejection(openSource("owner/name"));
    expect(error).toMatchObject({ code: "network", facts: { policy: "connect-src" } });
    expect(error.message).toMatch(
      /Content-Security-Policy blocks https:\/\/cas-bridge\.xethub\.hf\.co.*https:\/\/\*\.hf\.co/,
    );
  } finally {
    Object.assign(globalThis, { fetch, addEventListener, removeEventListener });
    Reflect.deleteProperty(scope, "SecurityPolicyViolationEvent");
  }
});

describe("ONNX files beside each other", () => {
  const beside = ["config.json", "onnx/model.onnx", "onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1", "tokenizer.json"];
  const named = (paths: string[]): HubRepository => ({ ...repository, files: new Map(paths.map((path) => [path, bytes(4)])) });
  const pathsOf = async (reference: string) => (await open(undefined, reference)).files.map(({ path }) => path);

  test("one of them with its data and the configuration above; the folder without other weights", async () => {
    hub.repositories.set("owner/onnx", named([...beside, "model.safetensors"]));
    expect(await pathsOf("owner/onnx/onnx/model_q4.onnx")).toEqual(beside.filter((path) => path !== "onnx/model.onnx"));
    expect(await pathsOf("owner/onnx/onnx")).toEqual(beside);
    expect(await pathsOf("owner/onnx")).toContain("model.safetensors");
  });

  test("a configuration of its own", async () => {
    hub.repositories.set("owner/onnx", named([...beside, "onnx/config.json"]));
    expect(await pathsOf("owner/onnx/onnx/model_q4.onnx")).toEqual(["model_q4.onnx", "model_q4.onnx_data", "model_q4.onnx_data_1", "config.json"]);
  });
}); // prettier-ignore
