// Adapters on their way: from a hub into the store and, without a network, from there; what a load that ended early has stored is
// not fetched again; bytes other than the published ones are refused; the store takes none for a model.

import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../../src/format/config.ts";
import { JsonFile } from "../../../src/format/json-file.ts";
import { inspectModel } from "../../../src/inspect.ts";
import { prepareLora } from "../../../src/load/prepare-lora.ts";
import { models } from "../../../src/models.ts";
import { hubAndStore } from "../../support/hub-and-store.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { rejection } from "../../support/rejection.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const model = folderFiles(join(fixtures, "llama-gqa-f16"));
const base = readConfig(JsonFile.parse("config.json", model.get("config.json")!));
const now = hubAndStore();

const adapter = (name: string, change: (files: Map<string, Uint8Array>) => unknown = () => {}) => {
  const files = folderFiles(join(fixtures, "lora", name));
  change(files);
  now.hub.repositories.set(`owner/${name}`, { files });
};

async function load(name: string) {
  const sink = new CollectingSink();
  const options = { reference: `owner/${name}`, hubUrl: now.hub.url, store: now.store };
  const { lora, prepared } = await prepareLora(base, options);
  const { warm } = await prepared.stream(sink);
  return { lora, warm, bytes: Object.fromEntries(sink.bytes), source: prepared.sourceId };
}

test.each(["patterns", "all-f16-bin", "tokens", "plain-gguf"])(
  "%s: the second time without a network",
  async (name) => {
    adapter(name);
    const first = await load(name);
    const asked = now.hub.requests.length;
    const second = await load(name);
    expect([first.warm, second.warm]).toEqual([false, true]);
    expect(now.hub.requests.length).toBe(asked);
    expect(second.bytes).toEqual(first.bytes);
    expect(Object.keys(first.bytes)).toHaveLength(first.lora.tensors.length);
    const shapeless = (lora: typeof first.lora) =>
      JSON.stringify(lora, (key, value: unknown) => (key === "shape" || key === "tensors" ? undefined : value));
    expect(shapeless(second.lora)).toBe(shapeless(first.lora));
  },
);

test("a load that ended early goes on where it was", async () => {
  adapter("dora");
  const stopped = new AbortController();
  const options = { reference: "owner/dora", hubUrl: now.hub.url, store: now.store };
  const { prepared } = await prepareLora(base, options);
  const write = async () => stopped.abort(new Error("enough"));
  await expect(prepared.stream({ write }, { signal: stopped.signal })).rejects.toThrow("enough");
  const { warm, bytes, lora } = await load("dora");
  expect(warm).toBe(false);
  expect(Object.keys(bytes)).toHaveLength(lora.tensors.length);
});

test("other bytes than were published are refused", async () => {
  adapter("dora");
  const options = { reference: "owner/dora", hubUrl: now.hub.url, store: now.store };
  const { prepared } = await prepareLora(base, options);
  const { files } = now.hub.repositories.get("owner/dora")!;
  files.get("adapter_model.safetensors")![37_000] ^= 1;
  const error = await rejection(prepared.stream({ write: async () => {} }));
  expect(error).toMatchObject({ code: "integrity", facts: { file: "adapter_model.safetensors" } });
});

test("what is stored of one is listed, checked and deleted as such, and never taken for a model", async () => {
  adapter("plain");
  const { source } = await load("plain");
  expect(await models.list()).toMatchObject([{ id: source, label: "owner/plain", weights: "adapter" }]);
  expect(await models.verify(source, { hubUrl: now.hub.url })).toMatchObject({ rows: 1, damaged: [] });
  const error = await rejection(inspectModel("owner/plain", { hubUrl: now.hub.url }));
  expect(error.message).toContain("an adapter");
  await models.delete(source);
  expect(await models.list()).toEqual([]);
});

test("an adapter that was made for Llama 2 stands under its licence, whatever it is put on", async () => {
  now.hub.repositories.set("owner/model", { files: model });
  adapter("plain", (files) => {
    const config = JSON.parse(new TextDecoder().decode(files.get("adapter_config.json")));
    const changed = { ...config, base_model_name_or_path: "meta-llama/Llama-2-7b-hf" };
    files.set("adapter_config.json", new TextEncoder().encode(JSON.stringify(changed)));
  });
  const { url: hubUrl } = now.hub;
  expect(await inspectModel("owner/model", { hubUrl })).toMatchObject({ llama2: false, licenseEvidence: [] });
  expect(await inspectModel("owner/model", { hubUrl, adapters: [{ model: "owner/plain" }] })).toMatchObject({
    llama2: true,
    licenseEvidence: ["adapter owner/plain: adapter_config.json, base_model_name_or_path: meta-llama/Llama-2-7b-hf"],
  });
});
