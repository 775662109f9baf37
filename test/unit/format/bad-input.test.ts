// Everything that can be wrong with a model, in one list: each is loaded from a hub into a store, and fails with a PronkError
// that names file and field and says what to do. Afterwards no model is visible, and nothing is kept of one with bad headers.

import { describe, expect, test } from "vitest";
import { loadModel } from "../../support/load-model.ts";
import { CollectingSink } from "../../support/collecting-sink.ts";
import { type HeaderEntry, madeCheckpoint, madeConfig, safetensorsFrom } from "../../support/made-checkpoint.ts";
import { hubAndStore, keysAtRest } from "../../support/hub-and-store.ts";
import { rejection } from "../../support/rejection.ts";

const first = "model-00001-of-00002.safetensors";
const second = "model-00002-of-00002.safetensors";
const index = "model.safetensors.index.json";
const embedding = "model.embed_tokens.weight";
const utf8 = (text: string) => new TextEncoder().encode(text);

const now = hubAndStore();

type Files = Map<string, Uint8Array>;

async function failure(files: Files, token?: string) {
  now.hub.repositories.set("owner/name", { ...now.hub.repositories.get("owner/name"), files });
  const sink = new CollectingSink();
  return rejection(
    loadModel({ reference: "owner/name", hubUrl: now.hub.url, store: now.store, quantize: "q8", sink, token }),
  );
}

/** Spoils the header of the first shard. */
function withHeader(files: Files, spoil: (header: Record<string, HeaderEntry>) => unknown): void {
  const bytes = files.get(first)!;
  const dataStart = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, dataStart)));
  files.set(first, safetensorsFrom(JSON.stringify(spoil(header)), [bytes.subarray(dataStart)]));
}

function withLength(files: Files, length: bigint): void {
  new DataView(files.get(first)!.buffer).setBigUint64(0, length, true);
}

const withConfig = (files: Files, overrides: Record<string, unknown>) =>
  void files.set("config.json", utf8(JSON.stringify(madeConfig(overrides))));

interface Case {
  spoil(files: Files): void;
  code: string;
  file: string;
  field?: string;
  /** What the message says is wrong, and what to do. */
  says: RegExp;
  advises: RegExp;
}

const again = /Fetch the file again/;
const cases: Record<string, Case> = {
  "a header longer than the file": {
    spoil: (files) => withLength(files, 99_999_999n),
    code: "format",
    file: first,
    field: "header length",
    says: /header claims 99999999 bytes but the file has only \d+/,
    advises: again,
  },
  "a header over 100 MB": {
    spoil: (files) => withLength(files, 100_000_001n),
    code: "format",
    file: first,
    field: "header length",
    says: /header claims 100000001 bytes.*limit of 100,000,000/,
    advises: again,
  },
  "overlapping offsets": {
    spoil: (files) =>
      withHeader(files, (header) => {
        const [one, other] = Object.values(header).toSorted((a, b) => a.data_offsets[0] - b.data_offsets[0]);
        const length = other.data_offsets[1] - other.data_offsets[0];
        other.data_offsets = [one.data_offsets[1] - 4, one.data_offsets[1] - 4 + length];
        return header;
      }),
    code: "format",
    file: first,
    field: "model.layers.0.input_layernorm.weight",
    says: /overlaps the tensor before it/,
    advises: again,
  },
  "offsets beyond the file": {
    spoil: (files) =>
      withHeader(files, ({ [embedding]: entry, ...others }) => {
        const length = entry.data_offsets[1] - entry.data_offsets[0];
        return { ...others, [embedding]: { ...entry, data_offsets: [10 ** 9, 10 ** 9 + length] } };
      }),
    code: "format",
    file: first,
    says: /hole|ends at byte/,
    advises: again,
  },
  "a dtype that is not run": {
    spoil: (files) =>
      withHeader(files, (header) => ({ ...header, [embedding]: { ...header[embedding], dtype: "I32" } })),
    code: "model-unsupported",
    file: first,
    field: embedding,
    says: /has dtype I32/,
    advises: /Take a repository/,
  },
  "a dtype that does not exist": {
    spoil: (files) =>
      withHeader(files, (header) => ({ ...header, [embedding]: { ...header[embedding], dtype: "F31" } })),
    code: "format",
    file: first,
    field: embedding,
    says: /has dtype "F31"/,
    advises: again,
  },
  "another shape than the configuration's": {
    spoil: (files) => withConfig(files, { intermediate_size: 64 }),
    code: "format",
    file: first,
    field: "model.layers.0.mlp.gate_proj.weight",
    says: /has shape \[48,32\].*config\.json asks for \[64,32\]/,
    advises: /not of the same model/,
  },
  "a missing tensor": {
    spoil: (files) => withConfig(files, { num_hidden_layers: 3 }),
    code: "format",
    file: "owner/name",
    field: "model.layers.2.input_layernorm.weight",
    says: /has no tensor "model\.layers\.2\.input_layernorm\.weight" \(and 8 more/,
    advises: /Check that all weight files/,
  },
  "an index that names a missing shard": {
    spoil: (files) => void files.delete(second),
    code: "format",
    file: second,
    says: new RegExp(`"${index.replaceAll(".", "\\.")}" names "${second}", which is not there`),
    advises: /Add the missing shard/,
  },
  "a truncated shard": {
    spoil: (files) => void files.set(second, files.get(second)!.slice(0, -1000)),
    code: "integrity",
    file: second,
    field: "lm_head.weight",
    says: /truncated.*"lm_head\.weight" ends at byte \d+ but the file has \d+/,
    advises: again,
  },
  "a configuration without a field": {
    spoil: (files) => withConfig(files, { rms_norm_eps: undefined }),
    code: "format",
    file: "config.json",
    field: "rms_norm_eps",
    says: /"config\.json" has no field "rms_norm_eps"/,
    advises: /Take the file from the original repository/,
  },
  "another architecture": {
    spoil: (files) => withConfig(files, { architectures: ["MixtralForCausalLM"] }),
    code: "model-unsupported",
    file: "config.json",
    field: "architectures",
    says: /MixtralForCausalLM/,
    advises: /pronk runs the ForCausalLM of Llama, Mistral, Qwen2, Qwen3, Phi3/,
  },
  "a configuration that is no JSON": {
    spoil: (files) => void files.set("config.json", utf8("{'hidden_size': 64}")),
    code: "format",
    file: "config.json",
    says: /"config\.json" is not JSON/,
    advises: again,
  },
  "a web page for the configuration": {
    spoil: (files) => void files.set("config.json", utf8("<!doctype html>")),
    code: "format",
    file: "config.json",
    says: /"config\.json" holds a web page in place of the file/,
    advises: /Fetch the file itself/,
  },
  "no configuration": {
    spoil: (files) => void files.delete("config.json"),
    code: "format",
    file: "config.json",
    says: /has no config\.json/,
    advises: /A model needs config\.json and the weights/,
  },
};

describe("files that are wrong", () => {
  test.each(Object.entries(cases))("%s", async (_, { spoil, code, file, field, says, advises }) => {
    const files = madeCheckpoint({ shards: 2 });
    spoil(files);
    const error = await failure(files);
    expect(error).toMatchObject({ code, facts: { file, ...(field ? { field } : {}) } });
    expect(error.message).toMatch(says);
    expect(error.message).toMatch(advises);
    expect(error.message).toContain(file);
    if (field && field !== "header length") expect(error.message).toContain(field);
    expect(await keysAtRest()).toEqual([]);
  });

  test("none of that is refused in a good one", async () => {
    const files = madeCheckpoint({ shards: 2 });
    withHeader(files, (header) => header);
    await expect(failure(files)).rejects.toThrow("nothing was thrown");
    expect(await now.store.list()).toHaveLength(1);
  });
});

describe("a server that refuses", () => {
  const refusals: [string, () => void, number, RegExp][] = [
    ["401, gated", () => gate("right"), 401, /gated.*accept its licence on http.*access token/],
    [
      "401, no such model",
      () => now.hub.repositories.delete("owner/name"),
      401,
      /does not exist, or it is private or gated/,
    ],
    ["404", () => fault("resolve/", 404), 404, /no such file/],
    ["500", () => fault(`resolve/`, 500), 500, /has a problem\. Load again later/],
  ];

  function gate(token: string): void {
    now.hub.repositories.set("owner/name", { files: madeCheckpoint({ shards: 2 }), gatedFor: token });
  }

  function fault(path: string, status: number): void {
    now.hub.faults.push({ path, kind: "status", status });
  }

  test.each(refusals)("%s", async (_, prepare, status, advises) => {
    now.hub.repositories.set("owner/name", { files: madeCheckpoint({ shards: 2 }) });
    prepare();
    const sink = new CollectingSink();
    const error = await rejection(loadModel({ reference: "owner/name", hubUrl: now.hub.url, store: now.store, sink }));
    expect(error).toMatchObject({ code: "network", facts: { status, file: expect.stringMatching(/./) } });
    expect(error.message).toContain(`"${error.facts.file}"`);
    expect(error.message).toMatch(advises);
    expect(await keysAtRest()).toEqual([]);
  });

  test("403, a token without access", async () => {
    gate("right");
    const error = await failure(madeCheckpoint({ shards: 2 }), "wrong");
    expect(error).toMatchObject({ code: "network", facts: { status: 403 } });
    expect(error.message).toMatch(/with the account of this access token/);
    expect(await keysAtRest()).toEqual([]);
  });

  test.each([401, 403, 404, 500])(
    "%i in the middle of the weights: no model to be seen, and the next load is whole",
    async (status) => {
      const files = madeCheckpoint({ shards: 2 });
      now.hub.repositories.set("owner/name", { files });
      // The header is read first; what comes after it fails.
      let answered = 0;
      const { push } = now.hub.requests;
      now.hub.requests.push = (request) => {
        if (request.origin === "storage" && request.path.includes(second) && ++answered === 2) fault(second, status);
        return push.call(now.hub.requests, request);
      };
      const sink = new CollectingSink();
      const options = { reference: "owner/name", hubUrl: now.hub.url, store: now.store, quantize: "q8" as const };
      const error = await rejection(loadModel({ ...options, sink }));
      expect(error).toMatchObject({ code: "network", facts: { status, file: second } });
      expect(await now.store.list()).toEqual([]);
      now.hub.faults.length = 0;
      now.hub.requests.push = push;
      const whole = await loadModel({ ...options, sink: new CollectingSink() });
      expect(whole.warm).toBe(false);
      expect(await now.store.list()).toHaveLength(1);
    },
  );
});
