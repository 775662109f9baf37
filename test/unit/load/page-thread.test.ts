// What `inspectModel` and `preflight` read may be read on a page's thread without blocking the page: for files as large as the
// readers' limits allow, and a little larger, no stretch of work takes a fifth of a second of processor time.

import { expect, test } from "vitest";
import { prepareModel } from "../../../src/load/prepare.ts";
import { memorySource } from "../../support/memory-source.ts";
import { mostJsonValues } from "../../../src/json-bytes.ts";
import { maxParsedBytes } from "../../../src/source/read-limit.ts";
import { byteModelFiles } from "../../support/byte-model.ts";

const mostMs = 200;
const tries = 5; // the collector may be at work in one of them

type Files = Map<string, Uint8Array>;
const utf8 = (text: string) => new TextEncoder().encode(text);
/** As many pieces as fill a text, or as are wanted. */
function joined(piece: (at: number) => string, { bytes = Infinity, most = Infinity }): string {
  const parts: string[] = [];
  for (let length = 0; length < bytes && parts.length < most;) {
    const part = piece(parts.length);
    length += part.length + 1;
    if (length < bytes) parts.push(part);
  }
  return parts.join(",");
}
const full = { bytes: maxParsedBytes - 1000 };
const allowed = (valuesEach: number) => ({ bytes: full.bytes, most: Math.floor((mostJsonValues - 1000) / valuesEach) });

function withHeader(header: string): Files {
  const text = utf8(header);
  const tensors = header.split('"dtype"').length - 1;
  const file = new Uint8Array(8 + text.length + 4 * tensors);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return byteModelFiles().set("model.safetensors", file) as Files;
}
const tensor = (at: number) => `"t${at}":{"dtype":"F32","shape":[1],"data_offsets":[${4 * at},${4 * at + 4}]}`;
const field = (at: number) => `"${at.toString(36)}":1`;
const withFile = (name: string, text: string) => byteModelFiles().set(name, utf8(text)) as Files;
const config = new TextDecoder().decode(byteModelFiles().get("config.json")).trim().replace(/\}$/, "");

/** One metadata array with items of a type, and tensors of one number each. */
function gguf({ type = 4, itemBytes = 4, items = 0, tensors = 0 }): Files {
  const names = 8 + 6 + 4 + 8 + 4 + 8; // of a tensor: its name's length, name, dimensions, one, type, offset
  const headBytes = 24 + 8 + 1 + 4 + 12 + items * itemBytes + tensors * names;
  const file = new Uint8Array(headBytes + 32 * tensors + 64);
  const view = new DataView(file.buffer);
  let at = 0;
  const u32 = (value: number) => (view.setUint32(at, value, true), (at += 4));
  const u64 = (value: number) => (view.setBigUint64(at, BigInt(value), true), (at += 8));
  [0x46554747, 3].forEach(u32);
  [tensors, 1, 1].forEach(u64);
  file[at++] = 0x61;
  [9, type].forEach(u32);
  u64(items);
  for (let item = 0; item < items; item++, at += itemBytes) if (type === 8) [file[at], file[at + 8]] = [1, 0x61];
  for (let one = 0; one < tensors; one++) {
    u64(6);
    file.set(utf8(one.toString(36).padStart(6, "0")), at);
    at += 6;
    u32(1);
    u64(1);
    u32(0);
    u64(32 * one);
  }
  return new Map([["m.gguf", file]]);
}

const cases: [string, () => Files][] = [
  ["as many tensors as a header may have", () => withHeader(`{${joined(tensor, allowed(7))}}`)],
  ["more tensors", () => withHeader(`{${joined(tensor, full)}}`)],
  ["a header of other fields", () => withHeader(`{${joined(field, allowed(1))}}`)],
  ["of more of them", () => withHeader(`{${joined(field, full)}}`)],
  ["a deep header", () => withHeader(`{"__metadata__":${"[".repeat(mostJsonValues - 10)}${"]".repeat(mostJsonValues - 10)}}`)],
  ["a deeper one", () => withHeader(`{"__metadata__":${"[".repeat(full.bytes / 2)}${"]".repeat(full.bytes / 2 - 20)}}`)],
  ["a shape without end", () => withHeader(`{"a":{"dtype":"F32","shape":[${joined(() => "1", allowed(1))}],"data_offsets":[0,4]}}`)],
  ["a large configuration", () => withFile("config.json", `${config},${joined(field, allowed(1))}}`)],
  ["one of a single text", () => withFile("config.json", `${config},"x":"${"\\u1234".repeat(full.bytes / 7)}"}`)],
  ["a large index", () => withFile("model.safetensors.index.json", `{"weight_map":{${joined((at) => `"${at}":"f${at}.safetensors"`, allowed(1))}}}`)],
  ["a larger one", () => withFile("model.safetensors.index.json", `{"weight_map":{${joined((at) => `"${at}":"f${at}.safetensors"`, full)}}}`)],
  ["a card without end", () => withFile("README.md", `---\n${"license: llama2\nbase_model: meta\n".repeat(50_000)}---\n${"Llama 2 ".repeat(500_000)}`)],
  ["GGUF with as many numbers as an array may have", () => gguf({ type: 10, itemBytes: 8, items: 2 ** 22 })],
  ["GGUF with as many texts", () => gguf({ type: 8, itemBytes: 9, items: 2 ** 21 })],
  ["GGUF with as many tensors", () => gguf({ tensors: 2 ** 16 })],
]; // prettier-ignore

const processorMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The longest stretch between two turns of the event loop. */
async function longestMs(files: Files): Promise<number> {
  const end = new AbortController();
  let most = 0;
  const turning = (async () => {
    for (let last = processorMs(); !end.signal.aborted;) {
      await turn();
      const now = processorMs();
      most = Math.max(most, now - last);
      last = now;
    }
  })();
  await turn();
  await prepareModel({ reference: memorySource(files, { label: "large" }), quantize: "none" }).catch(() => {});
  await turn();
  end.abort();
  await turning;
  return most;
}

test.each(cases)("%s", async (_, make) => {
  const files = make();
  let least = Infinity;
  for (let one = 0; one < tries && least > mostMs; one++) least = Math.min(least, await longestMs(files));
  expect(least).toBeLessThan(mostMs);
});
