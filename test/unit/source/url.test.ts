// A folder or file on a plain web server, and on one that answers every name with its own page.

import { readFileSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { weightParts, listedFiles, listedWeights } from "../../../src/source/folder-listing.ts";
import { readCheckpoint } from "../../../src/format/checkpoint.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { startFileServer } from "../../../cli/server/file-server.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { madeCheckpoint } from "../../support/made-checkpoint.ts";
import { rejection } from "../../support/rejection.ts";

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

interface Behaviour {
  /** Every unknown name gets the application's page with 200. */
  singlePage?: boolean;
  ranges?: boolean;
  hideContentRange?: boolean;
  /** Whether a request is signed; one that isn't gets a 403. */
  signed?: (path: string, query: URLSearchParams) => boolean;
  /** This file's answer comes after all others. */
  late?: string;
}

async function serve(
  files: ReadonlyMap<string, Uint8Array>,
  { singlePage = false, ranges = true, hideContentRange = false, signed = () => true, late }: Behaviour = {},
) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const url = new URL(request.url!, "http://x");
    const path = decodeURIComponent(url.pathname).replace("/models/made/", "");
    asked.push(`${request.method} ${path}`);
    if (!signed(path, url.searchParams)) return void response.writeHead(403).end();
    const bytes = files.get(path);
    if (!bytes) {
      response
        .writeHead(singlePage ? 200 : 404, { "Content-Type": "text/html" })
        .end("<!doctype html><title>app</title>");
      return;
    }
    if (path === "" || path.endsWith("/")) response.setHeader("Content-Type", "text/html"); // a listing
    const range = ranges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") : null;
    const end = range?.[2] ? Number(range[2]) + 1 : bytes.length;
    const body = range ? bytes.subarray(Number(range[1]), end) : bytes;
    if (range && !hideContentRange)
      response.setHeader("Content-Range", `bytes ${range[1]}-${Number(range[1]) + body.length - 1}/${bytes.length}`);
    response.writeHead(range ? 206 : 200, { "Content-Length": body.length });
    if (path === late) setTimeout(() => response.end(body), 100);
    else response.end(body);
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/made/`, asked };
}

const mlcFiles = () =>
  new Map(
    [...folderFiles(join(import.meta.dirname, "../../fixtures/quant-mlc-q4f16_1"))].filter(([name]) => !/golden/.test(name)),
  ); // prettier-ignore

/** Where transformers.js has them. */
const onnxFiles = () =>
  new Map(
    [...folderFiles(join(import.meta.dirname, "../../fixtures/quant-onnx-genai-int4"))]
      .filter(([name]) => !/golden/.test(name))
      .map(([name, bytes]) => [/onnx/.test(name) ? `onnx/${name}` : name, bytes] as const),
  );

describe.each([false, true])("single-page application: %s", (singlePage) => {
  test("finds configuration, index and shards, and nothing that is not there", async () => {
    const files = madeCheckpoint({ shards: 2 }).set("README.md", new TextEncoder().encode("---\nlicense: mit\n---\n"));
    const { url } = await serve(files, { singlePage });
    const source = await openSource(url);
    expect(source.files.map((file) => file.path).toSorted()).toEqual([...files.keys()].toSorted());
    for (const { path, sizeBytes } of source.files) expect(sizeBytes, path).toBe(files.get(path)!.length);
    expect(source).toMatchObject({ label: "made", remote: true });
    expect((await readCheckpoint(source)).tensors).toHaveLength(21);
  });

  test("a single model.safetensors; the address of config.json or of the file will do", async () => {
    const files = madeCheckpoint();
    const { url } = await serve(files, { singlePage });
    const ids = await Promise.all(
      ["", "config.json", "model.safetensors"].map(async (name) => (await openSource(url + name)).id),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test("a missing shard is named", async () => {
    const files = madeCheckpoint({ shards: 2 });
    files.delete("model-00002-of-00002.safetensors");
    const source = await openSource((await serve(files, { singlePage })).url);
    expect((await rejection(readCheckpoint(source))).facts).toMatchObject({ file: "model-00002-of-00002.safetensors" });
  });

  test("MLC's shards, as their list names them; the address of any file will do", async () => {
    const files = mlcFiles();
    const { url, asked } = await serve(files, { singlePage });
    const sources = await Promise.all(
      ["", "mlc-chat-config.json", "params_shard_1.bin"].map((name) => openSource(url + name)),
    );
    expect(new Set(sources.map(({ id }) => id)).size).toBe(1);
    expect(sources[0].files.map(({ path }) => path).toSorted()).toEqual([...files.keys()].toSorted());
    for (const { path, sizeBytes } of sources[0].files) expect(sizeBytes, path).toBe(files.get(path)!.length);
    expect(asked.filter((request) => request.includes("shard"))).toEqual([]); // the list has their sizes
    expect((await readCheckpoint(sources[0])).matrices.length).toBeGreaterThan(14);
  });

  test("ONNX files in the folder onnx/, with the configuration above: the address of any file will do", async () => {
    const files = onnxFiles();
    const { url } = await serve(files, { singlePage });
    const source = await openSource(`${url}onnx/model.onnx`);
    expect(source.files.map(({ path }) => path).toSorted()).toEqual([...files.keys()].toSorted());
    expect((await readCheckpoint(source)).matrices.length).toBeGreaterThan(14);
  });

  test.each([
    ["tensor-cache.json", undefined, "tensor-cache.json"],
    ["tensor-cache.json", "{}", "tensor-cache.json"],
  ])("MLC's %s as %s is told of", async (name, text, file) => {
    const files = mlcFiles();
    if (text === undefined) files.delete(name);
    else files.set(name, new TextEncoder().encode(text));
    const source = await openSource((await serve(files, { singlePage })).url);
    expect((await rejection(readCheckpoint(source))).facts).toMatchObject({ file });
  });

  test("no config.json there", async () => {
    const { url } = await serve(new Map(), { singlePage });
    const error = await rejection(openSource(url));
    expect(error).toMatchObject({ code: "network", facts: { file: "config.json", status: 404 } });
    expect(error.message).toContain("the folder that holds config.json");
  });
});

test("one llama2.c .bin by its address", async () => {
  const { url, asked } = await serve(new Map([["stories.bin", new Uint8Array(300).fill(7)]]));
  const source = await openSource(`${url}stories.bin`);
  expect(source.files).toEqual([{ path: "stories.bin", sizeBytes: 300 }]);
  expect(await source.read("stories.bin", 10, 20)).toEqual(new Uint8Array(10).fill(7));
  expect(asked.every((request) => request === "GET stories.bin")).toBe(true);
});

describe("an address with a query", () => {
  const signed = (path: string, query: URLSearchParams) => query.get("X-Amz-Signature") === path; // each its own
  const files = madeCheckpoint({ shards: 1 }).set("a.gguf", new Uint8Array(300));

  test("that opens the whole folder: sent with every file, in no id or label", async () => {
    const { url } = await serve(files, { signed: (_, query) => query.get("token") === "secret" });
    const source = await openSource(`${url}?token=secret`);
    expect(source.files.map(({ path }) => path)).toEqual(expect.arrayContaining(["config.json", "model.safetensors"]));
    expect(await source.read("model.safetensors", 8, 12)).toEqual(files.get("model.safetensors")!.slice(8, 12));
    expect(JSON.stringify([source.id, source.label, source.files])).not.toContain("secret");
  });

  test("that opens one file: what is beside it counts as absent, and tomorrow's signature gives the same id", async () => {
    const { url } = await serve(files, { signed });
    const source = await openSource(`${url}a.gguf?X-Amz-Signature=a.gguf&X-Amz-Expires=60`);
    expect(source.files).toEqual([{ path: "a.gguf", sizeBytes: 300 }]);
    expect((await source.read("a.gguf", 0, 300)).length).toBe(300);
    expect(source.id).toMatch(/^url:[^?]+@/);
    expect((await openSource(`${url}a.gguf?X-Amz-Signature=a.gguf&X-Amz-Expires=9`)).id).toBe(source.id);
  });

  test.each(["a.gguf", "stories.bin"])("that has expired: %s is refused, not absent", async (name) => {
    const { url } = await serve(files, { signed });
    const error = await rejection(openSource(`${url}${name}?X-Amz-Signature=old`));
    expect(error).toMatchObject({ code: "network", facts: { file: name, status: 403 } });
    expect(error.message).toMatch(/signature or token may have expired/);
    expect(error.message).not.toContain("old");
  });

  test.each(["", "model.safetensors"])(
    "that does not open what %j needs: that is refused, not absent",
    async (name) => {
      const { url } = await serve(files, { signed: (path) => path === "model.safetensors" });
      const error = await rejection(openSource(`${url}${name}?token=old`));
      expect(error).toMatchObject({ code: "network", facts: { file: "config.json", status: 403 } });
    },
  );

  test("that does not open a shard which the index names", async () => {
    const { url } = await serve(madeCheckpoint({ shards: 2 }), { signed: (path) => !path.includes("00002-of") });
    const error = await rejection(openSource(`${url}?token=secret`));
    expect(error).toMatchObject({ facts: { file: "model-00002-of-00002.safetensors", status: 403 } });
  });

  test("that names the file: two at one path, of one size, are two", async () => {
    const { url } = await serve(files);
    const [first, other, again] = await Promise.all(
      ["?v=1", "?v=2", "?v=1&X-Amz-Signature=b"].map(async (query) => (await openSource(`${url}a.gguf${query}`)).id),
    );
    expect(other).not.toBe(first);
    expect(again).toBe(first);
  });

  test("a file that is not there is said to be missing, and the query is in no message", async () => {
    const { url } = await serve(new Map());
    expect((await rejection(openSource(`${url}?token=secret`))).message).not.toContain("secret");
    expect((await rejection(openSource(`${url}a.gguf?token=secret`))).message).not.toContain("secret");
  });
});

test.each([
  ["safetensors", () => madeCheckpoint({ shards: 2 })],
  ["MLC's", () => mlcFiles()],
])("what a listing does not show is not asked for: %s", async (_, make) => {
  const files = make();
  const links = [...files.keys()].map((name) => `<a href="${name}">${name}</a>`).join("");
  const { url, asked } = await serve(new Map(files).set("", new TextEncoder().encode(links)));
  const source = await openSource(url);
  expect(source.files.map(({ path }) => path).toSorted()).toEqual([...files.keys()].toSorted());
  expect(
    asked
      .map((request) => request.split(" ")[1])
      .filter((name) => name !== "" && name !== "config.json" && !files.has(name)),
  ).toEqual([]);
});

test.each(["", "onnx/"])("a listed folder with ONNX files in onnx/: opened at %j", async (within) => {
  const files = onnxFiles();
  const links = (names: string[]) => new TextEncoder().encode(names.map((name) => `<a href="${name}">${name}</a>`).join(""));
  const { url, asked } = await serve(
    new Map(files).set("", links(["config.json", "onnx/"])).set("onnx/", links(["model.onnx", "model.onnx.data"])),
  );
  const source = await openSource(url + within);
  expect(source.files.map(({ path }) => path).toSorted()).toEqual([...files.keys()].toSorted());
  expect((await readCheckpoint(source)).format.files).toEqual(["onnx/model.onnx", "onnx/model.onnx.data"]);
  expect(asked.filter((request) => /safetensors|_data/.test(request))).toEqual([]);
}); // prettier-ignore

describe("a server that lists nothing", () => {
  const text = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const tokens = { bos_token: "<s>", eos_token: { content: "</s>" } };
  const saved = () =>
    madeCheckpoint()
      .set("generation_config.json", text({}))
      .set("tokenizer.json", text({ pre_tokenizer: { type: "ByteLevel" } }))
      .set("tokenizer_config.json", text(tokens));
  const openAndCount = async (files: Map<string, Uint8Array>, name = "") => {
    const { url, asked } = await serve(files);
    const source = await openSource(url + name);
    const paths = source.files.map(({ path }) => path);
    return { paths, absent: asked.map((request) => request.split(" ")[1]).filter((path) => !files.has(path)) };
  };
  const licences = ["README.md", "USE_POLICY.md", "LICENSE.txt", "LICENSE", "LICENSE.md"];

  test("a folder as transformers saves it: nothing is asked for in vain that an answer before can tell", async () => {
    const { paths, absent } = await openAndCount(saved());
    expect(paths.toSorted()).toEqual([...saved().keys()].toSorted());
    expect(absent.toSorted()).toEqual(["", "chat_template.jinja", ...licences].toSorted());
  });

  test("torch's files are asked for where there are no safetensors: alone, or as their index names them", async () => {
    const config = madeCheckpoint().get("config.json")!;
    const alone = await openAndCount(new Map([["config.json", config], ["pytorch_model.bin", new Uint8Array(300)]])); // prettier-ignore
    expect(alone.paths.toSorted()).toEqual(["config.json", "pytorch_model.bin"]);
    const names = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"];
    const index = text({ weight_map: { a: names[0], b: names[1] } });
    const files = new Map([...names.map((name) => [name, new Uint8Array(300)] as const), ["config.json", config], ["pytorch_model.bin.index.json", index]]); // prettier-ignore
    expect((await openAndCount(files)).paths.toSorted()).toEqual([...files.keys()].toSorted());
    expect((await openAndCount(files, names[0])).paths.toSorted()).toEqual(["config.json", names[0]].toSorted());
  });

  test("a GGUF without a configuration beside it: its companions are not asked for", async () => {
    const { paths, absent } = await openAndCount(new Map([["a.gguf", new Uint8Array(300)]]), "a.gguf");
    expect(paths).toEqual(["a.gguf"]);
    expect(absent.toSorted()).toEqual(["config.json", "tokenizer.json", "tokenizer.model", ...licences].toSorted());
  });

  test("shards: the index is asked for where there is no single file", async () => {
    const { paths } = await openAndCount(madeCheckpoint({ shards: 2 }));
    expect(paths).toEqual(expect.arrayContaining(["model.safetensors.index.json", "model-00002-of-00002.safetensors"]));
  });

  test.each<[string, Record<string, unknown>]>([
    ["tokenizer.model", { "tokenizer.json": { model: { type: "BPE", byte_fallback: true } } }],
    ["tokenizer.model", { "tokenizer.json": undefined }],
    ["special_tokens_map.json", { "tokenizer_config.json": { ...tokens, bos_token: null } }],
    ["special_tokens_map.json", { "tokenizer_config.json": undefined }],
    ["quantize_config.json", { "model.safetensors": 'header {"a.qweight":{}}' }],
    ["quant_config.json", { "model.safetensors": 'header {"a.qweight":{}}' }],
    ["quantize_config.json", { "model.safetensors": undefined, "model.safetensors.index.json": { weight_map: { "a.q_weight": "x.safetensors" } } }], // prettier-ignore
    ["chat_template.jinja", {}],
    ["LICENSE", { "README.md": "---\nlicense: mit\n---" }],
  ])("%s is found where it is needed: %j", async (name, others) => {
    const files = saved().set(name, text({}));
    for (const [other, value] of Object.entries(others))
      if (value === undefined) files.delete(other);
      else files.set(other, text(value));
    expect((await openAndCount(files)).paths).toContain(name);
  });
});

test("one identity, in whatever order the files arrive", async () => {
  const files = madeCheckpoint().set("README.md", new Uint8Array(9)).set("tokenizer.model", new Uint8Array(7));
  const ids = [];
  for (const late of ["README.md", "tokenizer.model"]) {
    const { url } = await serve(files, { late });
    const { id } = await openSource(url);
    ids.push(id.split("@")[1]);
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
  }
  expect(ids[0]).toBe(ids[1]);
});

test("another identity when the files change", async () => {
  const files = madeCheckpoint();
  const { url } = await serve(files);
  const id = async () => (await openSource(url)).id;
  const first = await id();
  expect(first.startsWith(`url:${url}@`)).toBe(true);
  expect(await id()).toBe(first);
  files.set("config.json", new TextEncoder().encode("{}"));
  expect(await id()).not.toBe(first);
});

test("a server that hides Content-Range, and one without ranges", async () => {
  const files = madeCheckpoint();
  const size = files.get("model.safetensors")!.length;
  const hiding = await openSource((await serve(files, { hideContentRange: true })).url);
  expect(hiding.files.find((file) => file.path === "model.safetensors")?.sizeBytes).toBe(size);
  server?.close();
  const plain = await openSource((await serve(files, { ranges: false })).url);
  expect(await plain.read("model.safetensors", size - 9, size)).toEqual(files.get("model.safetensors")!.slice(-9));
});

test("four lanes share one stream of a server without ranges", async () => {
  const bytes = Uint8Array.from({ length: 900_000 }, (_, i) => (i * 31 + (i >> 9)) & 255);
  const { url, asked } = await serve(new Map([["large.bin", bytes]]), { ranges: false });
  const source = await openSource(`${url}large.bin`);
  const parts = await Promise.all(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => source.read("large.bin", i * 1e5, (i + 1) * 1e5)),
  );
  parts.forEach((part, i) => expect(Buffer.compare(part, bytes.subarray(i * 1e5, (i + 1) * 1e5))).toBe(0));
  // The probe, what the lanes asked before they knew, and one whole body.
  expect(asked.length).toBeLessThanOrEqual(1 + 4 + 1);
  const before = asked.length;
  expect(await source.read("large.bin", 5, 9)).toEqual(bytes.slice(5, 9)); // going back takes a new stream
  expect(asked.length).toBe(before + 1);
});

describe("what a server lists", () => {
  const folder = "http://host/models/made/";

  test("names of a model's files are taken, whatever else is on the page", () => {
    const page = `<a href="../">up</a><a href="output.safetensors">o</a> <a class=x href='a%20b.gguf'>b</a>
      <a href="./config.json">c</a><a href="/assets/app.js">j</a><a href="sub/x.gguf">s</a><a href="https://x.y/z.gguf">z</a>
      <a href="%E0%A4%A.json">broken</a><a href="output.safetensors">again</a><a href="model.gguf?download=1">q</a>`;
    expect(listedFiles(page, folder)).toEqual(["output.safetensors", "a b.gguf", "config.json"]);
    const others = '<a href="a.bin">a</a><a href="b.gguf.part1of2">b</a><a href="app.wasm">w</a>';
    expect(listedFiles(others, folder)).toEqual(["a.bin", "b.gguf.part1of2"]);
    expect(listedFiles("<!doctype html><script src=app.js></script><div id=root></div>", folder)).toEqual([]);
  });

  test.each([
    ["serve 14", '<a href="&#47;models&#47;made&#47;a%20b.gguf" title="a b.gguf" class="file gguf">a b.gguf</a>'],
    ["serve-index 1", '<a href="/models/made/a%20b.gguf" class="" title="a b.gguf"><span>a b.gguf</span></a>'],
    ["http-server 14", '<a href="./a%20b.gguf">a b.gguf</a>'],
    ["hexadecimal escapes", '<a href="&#x2f;models&#x2F;made&#x2F;a%20b.gguf">a b.gguf</a>'],
    ["an address", '<a href="http://host/models/made/a%20b.gguf">a b.gguf</a>'],
  ])("links as %s writes them", (_, link) => {
    const page = `${link}<a href="/models/other/c.gguf">c</a><a href="//elsewhere/models/made/d.gguf">d</a>
      <a href="&#1114112;.gguf">no character</a>`;
    expect(listedFiles(page, folder)).toEqual(["a b.gguf"]);
    expect(listedFiles(page, `${folder}?token=secret`)).toEqual(["a b.gguf"]);
  });

  test.each<[RegExp, string[]]>([
    [/made holds an adapter \("adapter_model.safetensors"\)/, ["adapter_model.safetensors", "adapter_config.json"]],
    [/made holds Python pickles/, ["config.json", "model.pt"]],
    [/made has no config.json/, ["model.onnx"]],
    [/made has no config.json/, ["model.safetensors"]],
  ])("%s, of a folder without what is read", async (message, names) => {
    const files = new Map(names.map((name) => [name, new Uint8Array(64)]));
    if (files.has("config.json")) files.set("config.json", new TextEncoder().encode("{}"));
    files.set("", new TextEncoder().encode(names.map((name) => `<a href="${name}">${name}</a>`).join("\n")));
    const source = await openSource((await serve(files)).url);
    expect((await rejection(readCheckpoint(source))).message).toMatch(message);
  });

  test("ONNX files and their data are all listed, beside nothing that is read before them", () => {
    const names = ["", "_q4", "_q4f16", "_fp16", "_int8", "_uint8", "_bnb4", "_quantized"].map((end) => `model${end}.onnx`);
    expect(listedWeights([...names, "model.onnx_data", "model.onnx_data_1", "config.json"])).toEqual([...names, "model.onnx_data", "model.onnx_data_1"]);
    expect(listedWeights([...names, "model.safetensors"])).toEqual(["model.safetensors"]);
  }); // prettier-ignore

  test("of weights in other forms a few will do", () => {
    const shards = Array.from({ length: 100 }, (_, i) => `params_shard_${i}.bin`);
    expect(listedWeights(shards)).toHaveLength(8);
    expect(listedWeights([...shards, "a.gguf", "b.safetensors"])).toEqual(["a.gguf", "b.safetensors"]);
  });

  test("a part of a split GGUF stands for all of them", () => {
    expect(weightParts("m-00002-of-00003.gguf")).toEqual([
      "m-00001-of-00003.gguf",
      "m-00002-of-00003.gguf",
      "m-00003-of-00003.gguf",
    ]);
    expect(weightParts("m.gguf")).toEqual(["m.gguf"]);
    expect(weightParts("m-00001-of-99999.gguf")).toEqual(["m-00001-of-99999.gguf"]); // too many to ask for
  });
});

test("the model that ships lists its files, so that no question for it ends in a 404", async () => {
  const folder = fileURLToPath(new URL("../../../public/models/tiny/", import.meta.url));
  const present = readdirSync(folder);
  const listed = listedFiles(readFileSync(join(folder, "index.html"), "utf8"), "http://host/");
  expect(present.filter((name) => !/\.(html|png)$/.test(name))).toEqual(listed);
  await using site = await startFileServer({ mounts: [{ prefix: "/tiny/", path: folder }] });
  const source = await openSource(`${site.origin}/tiny/`);
  expect((await readCheckpoint(source)).tensors.length).toBeGreaterThan(20);
  const asked = site.requests.map(({ path }) => path.replace("/tiny/", ""));
  expect(asked.filter((name) => name !== "" && !present.includes(name))).toEqual([]);
});
