// What can be wrong with a quantized model, a list for each format: each is loaded from a hub into a store and fails with a
// PronkError that names file and tensor, and afterwards nothing at all is stored.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readGgufHeader } from "../../../src/format/gguf.ts";
import { prepareModel } from "../../../src/load/prepare.ts";
import { CheckingSink } from "../../support/checking-sink.ts";
import { folderFiles } from "../../support/local-folder.ts";
import { hubAndStore, keysAtRest } from "../../support/hub-and-store.ts";
import { memorySource } from "../../support/memory-source.ts";
import { rejection } from "../../support/rejection.ts";
import { type Files, spoilJson, spoilTensor } from "../../support/spoiled.ts";

const now = hubAndStore();

const fixture = (name: string): Files => folderFiles(join(import.meta.dirname, `../../fixtures/quant-${name}`));

/** As an engine loads: layouts first, then every byte. */
async function load(files: Files): Promise<number> {
  now.hub.repositories.set("owner/name", { files });
  const model = await prepareModel({ reference: "owner/name", hubUrl: now.hub.url, store: now.store });
  const sink = new CheckingSink(await model.pack());
  await model.stream(sink);
  return sink.whole;
}

interface Case {
  /** Folder of the fixture that is spoiled, without `quant-`. */
  of: string;
  spoil(files: Files): void | Promise<void>;
  says: RegExp;
  /** End of the tensor or field that the error names. */
  field: string;
  code?: "format" | "model-unsupported" | "integrity";
}

const [nan16, infinity16, nan32, infinity32] = [0x7e00, 0xfc00, 0x7fc00000, 0xff800000];

/** Writes one value into a tensor: u16, u32 or a byte. */
const put =
  (end: string, bits: 8 | 16 | 32, value: number, at = 0) =>
  (files: Files) =>
    spoilTensor(files, end, (_, view) => view[`setUint${bits}`]((at * bits) / 8, value, true));
const reshaped =
  (end: string, change: (shape: number[]) => number[], width = 4) =>
  (files: Files) =>
    spoilTensor(files, end, ({ shape }) => {
      const wanted = change(shape);
      return { shape: wanted, bytes: new Uint8Array(wanted.reduce((a, b) => a * b, width)) };
    });
const without = (end: string) => (files: Files) => spoilTensor(files, end, () => null);
const declared = (fields: Record<string, unknown>) => (files: Files) =>
  spoilJson(files, "config.json", (json) => Object.assign(json.quantization_config, fields) && json);

const q = "q_proj";
const gptq4 = "gptq-4bit-128g-actorder-v2";
const ofGptq: Record<string, Case> = {
  "5 bits": {
    of: gptq4, spoil: reshaped(`${q}.qweight`, ([, n]) => [10, n]), says: /5 bits a weight/, field: `${q}.qweight`,
  },
  "other bits than declared": { of: gptq4, spoil: declared({ bits: 8 }), says: /8 bits, as in config/, field: "qweight" },
  "a group size of 0": { of: gptq4, spoil: declared({ group_size: 0 }), says: /group_size 0/, field: "scales" },
  "a group size below 0": { of: gptq4, spoil: declared({ group_size: -2 }), says: /group_size -2/, field: "scales" },
  "one group more than declared": {
    of: "gptq-3bit-64g-v2", spoil: reshaped("down_proj.scales", ([g, n]) => [g + 1, n], 2), says: /one for each 64/, field: "down_proj.scales",
  },
  "scales of half the outputs": {
    of: gptq4, spoil: reshaped(`${q}.scales`, ([g, n]) => [g, n / 2], 2), says: /expected F16/, field: `${q}.scales`,
  },
  "no scales": { of: gptq4, spoil: without(`${q}.scales`), says: /no scales/, field: `${q}.qweight` },
  "zero points of another shape": {
    of: gptq4, spoil: reshaped(`${q}.qzeros`, ([g, n]) => [g, n + 1]), says: /expected I32/, field: `${q}.qzeros`,
  },
  "an input in a group that is not there": { of: gptq4, spoil: put("down_proj.g_idx", 32, 9), says: /group 9/, field: "down_proj.g_idx" },
  "an input in a group below 0": { of: gptq4, spoil: put("down_proj.g_idx", 32, 0xffffffff), says: /group -1/, field: "g_idx" },
  "a group with an input too many": {
    of: gptq4, field: "down_proj.g_idx", says: /already full/,
    spoil: (files) => spoilTensor(files, "down_proj.g_idx", ({ bytes }) => void bytes.fill(0).set([1])),
  },
  "a NaN scale": { of: gptq4, spoil: put("down_proj.scales", 16, nan16, 70), says: /not finite/, field: "down_proj.scales" },
  "an infinite scale": { of: "gptq-2bit-32g", spoil: put(`${q}.scales`, 16, infinity16), says: /not finite/, field: `${q}.scales` },
}; // prettier-ignore

const ofAwq: Record<string, Case> = {
  "8 bits": { of: "awq-32g", spoil: declared({ bits: 8 }), says: /8 bits/, field: "qweight" },
  "a group size of 0": { of: "awq-32g", spoil: declared({ group_size: 0 }), says: /group_size 0/, field: "scales" },
  "scales of too few groups": {
    of: "awq-32g", spoil: reshaped("down_proj.scales", ([g, n]) => [g - 1, n], 2), says: /one for each 32/, field: "down_proj.scales",
  },
  "gemv's shapes": {
    of: "awq-32g", says: /12 words; expected groups of 32/, field: "gate_proj.qweight",
    spoil: reshaped("gate_proj.qweight", () => [96, 8]),
  },
  "a NaN scale": { of: "awq-32g", spoil: put("up_proj.scales", 16, nan16, 5), says: /not finite/, field: "up_proj.scales" },
  "an infinite scale": { of: "awq-64g", spoil: put("up_proj.scales", 16, infinity16, 5), says: /not finite/, field: "up_proj.scales" },
}; // prettier-ignore

const double = "bnb-nf4-double-odd";
const single = "bnb-nf4-single";
const stateOf = (text: string) => (files: Files) =>
  spoilTensor(files, `${q}.weight.quant_state.bitsandbytes__nf4`, () => {
    const bytes = new TextEncoder().encode(text);
    return { shape: [bytes.length], bytes };
  });
const withState = (fields: Record<string, unknown>) => (files: Files) =>
  spoilTensor(files, `${q}.weight.quant_state.bitsandbytes__nf4`, ({ bytes: old }) => {
    const json = { ...JSON.parse(new TextDecoder().decode(old)), ...fields };
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    return { shape: [bytes.length], bytes };
  });
const ofBitsandbytes: Record<string, Case> = {
  "quant_state that is no JSON": { of: double, spoil: stateOf('{"blocksize": 64,'), says: /not JSON/, field: "" },
  "quant_state that is a list": { of: double, spoil: stateOf("[64]"), says: /not a JSON object/, field: "" },
  "quant_state of megabytes": { of: double, spoil: stateOf(" ".repeat(2 ** 20)), says: /at most 4096/, field: "quant_state.bitsandbytes__nf4" },
  "no quant_state": { of: double, spoil: without(`${q}.weight.quant_state.bitsandbytes__nf4`), says: /no quant_state/, field: `${q}.weight` },
  "blocks of 0": { of: double, spoil: withState({ blocksize: 0 }), says: /blocksize.*0/, field: "blocksize" },
  "blocks of 48": { of: double, spoil: withState({ blocksize: 48 }), says: /one of 32, 64/, field: "blocksize" },
  "blocks of another size than the scales'": { of: double, spoil: withState({ blocksize: 128 }), says: /expected 29 bytes/, field: "weight.absmax" },
  "another shape": { of: double, spoil: withState({ shape: [60, 61] }), says: /expected \[60, 60\]/, field: "shape" },
  "a type that it never rounds to": { of: double, spoil: withState({ dtype: "int4" }), says: /float16, bfloat16/, field: "dtype" },
  "outer blocks of 128": { of: double, spoil: withState({ nested_blocksize: 128 }), says: /256/, field: "nested_blocksize" },
  "no offset": { of: double, spoil: withState({ nested_offset: null }), says: /a number/, field: "nested_offset" },
  "codes of half the bytes": { of: double, spoil: reshaped(`${q}.weight`, ([n]) => [n / 2, 1], 1), says: /expected 1800 bytes/, field: `${q}.weight` },
  "too few scales": { of: single, spoil: reshaped(`${q}.weight.absmax`, ([n]) => [n - 1]), says: /expected 256 bytes/, field: "absmax" },
  "too few outer scales": { of: double, spoil: reshaped("gate_proj.weight.nested_absmax", () => [0]), says: /expected 4 bytes/, field: "nested_absmax" },
  "scales in f32 where they are bytes": { of: double, spoil: (files) => spoilTensor(files, `${q}.weight.absmax`, ({ shape }) => ({ dtype: "F32", bytes: new Uint8Array(4 * shape[0]) })), says: /expected U8/, field: "absmax" },
  "a map of 15 values": { of: single, spoil: reshaped(`${q}.weight.quant_map`, () => [15]), says: /F32 \[16\]/, field: "quant_map" },
  "a NaN in the map": { of: single, spoil: put(`${q}.weight.quant_map`, 32, nan32, 3), says: /not finite/, field: "quant_map" },
  "a NaN in the outer map": { of: double, spoil: put(`${q}.weight.nested_quant_map`, 32, nan32, 255), says: /not finite/, field: "nested_quant_map" },
  "a NaN scale": { of: single, spoil: put("down_proj.weight.absmax", 32, nan32, 7), says: /not finite/, field: "absmax" },
  "an infinite scale": { of: "bnb-fp4-single-odd", spoil: put("down_proj.weight.absmax", 32, infinity32, 7), says: /not finite/, field: "absmax" },
  "an infinite outer scale": { of: double, spoil: put(`${q}.weight.nested_absmax`, 32, infinity32), says: /not finite/, field: "nested_absmax" },
  "int8: scales of other outputs": { of: "bnb-int8", spoil: reshaped(`${q}.SCB`, ([n]) => [n + 1]), says: /F32 \[64\]/, field: `${q}.SCB` },
  "int8: a NaN scale": { of: "bnb-int8", spoil: put(`${q}.SCB`, 32, nan32, 63), says: /not finite/, field: `${q}.SCB` },
  "int8: an infinite scale": { of: "bnb-int8-odd", spoil: put(`${q}.SCB`, 32, infinity32), says: /not finite/, field: `${q}.SCB` },
  "int8: laid out for a kind of GPU": { of: "bnb-int8-odd", spoil: put(`${q}.weight_format`, 8, 3), says: /weight_format 3/, field: `${q}.weight`, code: "model-unsupported" },
  "int8: a weight_format of many bytes": { of: "bnb-int8-odd", spoil: reshaped(`${q}.weight_format`, () => [2 ** 20], 1), says: /expected U8 \[\]/, field: "weight_format" },
}; // prettier-ignore

const exl2 = "exl2-2bit";
const groups =
  (...pairs: number[]) =>
  (files: Files) =>
    spoilTensor(files, `${q}.q_groups`, ({ bytes }) => void bytes.set(new Uint8Array(Uint16Array.from(pairs).buffer)));
const ofExl2: Record<string, Case> = {
  "7 bits": { of: exl2, spoil: put(`${q}.q_groups`, 16, 7), says: /7 bits/, field: `${q}.q_groups` },
  "0 bits": { of: exl2, spoil: put(`${q}.q_groups`, 16, 0), says: /0 bits/, field: `${q}.q_groups` },
  "groups that do not sum to the inputs": { of: "exl2-every-width", spoil: put(`${q}.q_groups`, 16, 4), says: /groups|bits/, field: `${q}.q_groups` },
  "an empty group": { of: "exl2-every-width", spoil: groups(8, 0, 6, 0), says: /a group from row 0 to 0/, field: `${q}.q_groups` },
  "groups that go back": { of: "exl2-every-width", spoil: groups(8, 0, 6, 60_000), says: /a group from row 60000/, field: `${q}.q_groups` },
  "a first group that begins later": { of: exl2, spoil: put(`${q}.q_groups`, 16, 1, 1), says: /a group from row 1/, field: `${q}.q_groups` },
  "no groups": { of: exl2, spoil: reshaped(`${q}.q_groups`, () => [0], 2), says: /expected/, field: `${q}.q_` },
  "half a group": { of: exl2, spoil: reshaped(`${q}.q_groups`, ([n]) => [n + 1], 2), says: /expected/, field: `${q}.q_` },
  "scales of other outputs": { of: exl2, spoil: reshaped(`${q}.q_scale`, ([g, n]) => [g, n + 1]), says: /expected I32/, field: `${q}.q_scale` },
  "limits of other groups": { of: exl2, spoil: reshaped(`${q}.q_scale_max`, ([g]) => [g + 1], 2), says: /expected F16/, field: `${q}.q_scale_max` },
  "a permutation of other inputs": { of: exl2, spoil: reshaped(`${q}.q_invperm`, ([k]) => [k - 1]), says: /expected I32/, field: `${q}.q_invperm` },
  "a permutation with a place twice": { of: exl2, field: `${q}.q_invperm`, says: /each place once/, spoil: (files) => spoilTensor(files, `${q}.q_invperm`, ({ bytes }) => void bytes.copyWithin(0, 4, 8)) },
  "a permutation beyond the inputs": { of: exl2, spoil: put(`${q}.q_invperm`, 32, 64), says: /each place once/, field: `${q}.q_invperm` },
  "a permutation below 0": { of: exl2, spoil: put(`${q}.q_invperm`, 32, 0xffffffff), says: /each place once/, field: `${q}.q_invperm` },
  "a NaN limit": { of: exl2, spoil: put(`${q}.q_scale_max`, 16, nan16), says: /NaN/, field: `${q}.q_scale_max` },
  "an infinite limit": { of: exl2, spoil: put(`${q}.q_scale_max`, 16, infinity16), says: /Infinity/, field: `${q}.q_scale_max` },
  "no permutation": { of: exl2, spoil: without(`${q}.q_invperm`), says: /inversePermutation/, field: `${q}.q_weight` },
}; // prettier-ignore

const spoilGguf =
  (change: (view: DataView, start: (tensor: string) => number) => void) =>
  async (files: Files): Promise<void> => {
    const bytes = files.get("model.gguf")!.slice();
    const { tensors } = await readGgufHeader(memorySource(new Map([["model.gguf", bytes]])), "model.gguf");
    change(new DataView(bytes.buffer), (name) => tensors.find((tensor) => tensor.name === name)!.start);
    files.set("model.gguf", bytes);
  };
const half = (at: number, value: number) =>
  spoilGguf((view, start) => view.setUint16(start("blk.0.attn_q.weight") + at, value, true));
const blockBytes = { "gguf-q4_1": 20, "gguf-q5_0": 22, "gguf-q5_1": 24, "gguf-iq4_nl": 18, "gguf-q3_k": 110, "gguf-q4_k": 144, "gguf-q5_k": 176, "gguf-q6_k": 210, "gguf-iq4_xs": 136 }; // prettier-ignore
const scaleAt = { "gguf-q3_k": [108], "gguf-q6_k": [208], "gguf-q4_1": [0, 2], "gguf-q5_1": [0, 2], "gguf-q4_k": [0, 2], "gguf-q5_k": [0, 2] }; // prettier-ignore
const ofGguf: Record<string, Case> = {
  "tensors that would take gigabytes": { of: "gguf-q4_k", spoil: spoilGguf((view) => view.setBigUint64(8, 2n ** 40n, true)), says: /number of tensors/, field: "number of tensors" },
  "metadata that would": { of: "gguf-q4_k", spoil: spoilGguf((view) => view.setBigUint64(16, 2n ** 50n, true)), says: /number of metadata/, field: "number of metadata" },
  "a key that would": { of: "gguf-q4_k", spoil: spoilGguf((view) => view.setBigUint64(24, 2n ** 35n, true)), says: /length of a metadata key/, field: "metadata key" },
  "a version of the future": { of: "gguf-q4_k", spoil: spoilGguf((view) => view.setUint32(4, 4, true)), says: /version 4/, field: "version", code: "model-unsupported" },
  ...Object.fromEntries(
    Object.entries(blockBytes).flatMap(([of, size]) =>
      (scaleAt[of as keyof typeof scaleAt] ?? [0]).map((at, i): [string, Case] => [
        `${of}: ${i === 0 ? "a NaN scale" : "an infinite minimum"}`,
        { of, spoil: half(3 * size + at, i === 0 ? nan16 : infinity16), says: /not finite/, field: "blk.0.attn_q.weight" },
      ]),
    ),
  ),
}; // prettier-ignore

describe.each(Object.entries({ GPTQ: ofGptq, AWQ: ofAwq, bitsandbytes: ofBitsandbytes, EXL2: ofExl2, GGUF: ofGguf }))(
  "%s",
  (_, cases) => {
    test.each(Object.entries(cases))("%s", async (_, { of, spoil, says, field, code = "format" }) => {
      const files = fixture(of);
      await spoil(files);
      const error = await rejection(load(files));
      expect(error.message).toMatch(says);
      expect(error.code).toBe(code);
      expect(`${error.facts.field ?? ""}`).toContain(field);
      expect(`${error.facts.file}`).toMatch(/^[\w-]+\.(safetensors|gguf)(: .*quant_state.*)?$/);
      expect(await now.store.list()).toEqual([]);
      expect(await keysAtRest()).toEqual([]);
    });
    test("none of that is refused in good ones", async () => {
      for (const of of new Set(Object.values(cases).map((one) => one.of)))
        expect(await load(fixture(of)), of).toBeGreaterThanOrEqual(7);
    });
  },
);
