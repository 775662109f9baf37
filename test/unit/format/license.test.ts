// Whose licence a model is under: every place that can say Llama 2 counts, and nothing else is taken for it.

import { describe, expect, test } from "vitest";
import { findLicenseEvidence, type ModelOrigin } from "../../../src/format/license-evidence.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const find = (
  files: Record<string, string>,
  label = "owner/model",
  card?: { license?: string; baseModel?: string[] },
) =>
  findLicenseEvidence({
    sideFiles: new Map(Object.entries(files).map(([path, text]) => [path, encode(text)])),
    card,
    label,
  });

describe("Llama 2", () => {
  test.each([
    ["the card's license", {}, "owner/model", { license: "llama2" }],
    ["the card's base_model", {}, "owner/model", { baseModel: ["meta-llama/Llama-2-7b-hf"] }],
    ["the README's license", { "README.md": "---\nlanguage: en\nlicense: llama2\n---\n# Model" }, "picked", undefined],
    [
      "the README's base_model",
      { "README.md": "---\nbase_model: 'NousResearch/Llama-2-13b-hf'\n---\n" },
      "picked",
      undefined,
    ],
    [
      "a list of base models",
      { "README.md": "---\r\nbase_model:\r\n- a/b\r\n- meta-llama/Llama-2-70b\r\ntags: []\r\n---\r\n" },
      "picked",
      undefined,
    ],
    ["an inline list", { "README.md": "---\nbase_model: [a/b, meta-llama/Llama-2-70b]\n---\n" }, "picked", undefined],
    [
      "the agreement in the README",
      { "README.md": "### LLAMA 2 COMMUNITY LICENSE AGREEMENT\nText" },
      "picked",
      undefined,
    ],
    [
      "the LICENSE",
      { "LICENSE.txt": "LLAMA 2 COMMUNITY LICENSE AGREEMENT\nLlama 2 Version Release Date: July 18, 2023" },
      "picked",
      undefined,
    ],
    ["the use policy", { "USE_POLICY.md": "# Llama 2 Acceptable Use Policy" }, "picked", undefined],
    ["the configuration", { "config.json": '{"_name_or_path":"meta-llama/Llama-2-7b-chat-hf"}' }, "picked", undefined],
    [
      "an adapter's base",
      { "adapter_config.json": '{"base_model_name_or_path":"meta-llama/Llama-2-7b-hf"}' },
      "picked",
      undefined,
    ],
    ["the name", {}, "TheBloke/Llama-2-7B-Chat-fp16", undefined],
    ["the name without a dash", {}, "llama2-7b", undefined],
  ])("by %s", (_, files, label, card) => {
    const { llama2, evidence } = find(files as Record<string, string>, label, card);
    expect({ llama2, count: evidence.length }).toEqual({ llama2: true, count: 1 });
  });

  test("all that says so is listed", () => {
    const { evidence } = find({ LICENSE: "Llama 2 Community License Agreement" }, "x/llama-2-7b", {
      license: "llama2",
      baseModel: ["meta-llama/Llama-2-7b"],
    });
    expect(evidence).toHaveLength(4);
  });
});

test.each([
  ["TinyLlama/TinyLlama-1.1B-Chat-v1.0", { license: "apache-2.0" }],
  ["meta-llama/Llama-3.2-1B", { license: "llama3.2" }],
  ["karpathy/llama2.c-stories", { license: "mit" }],
  ["owner/llama-20b", {}],
])("%s is not Llama 2", (label, card: { license?: string }) => {
  const found = find(
    { "README.md": "# A model\nIt can talk about Llama 2's community licence.\nlicense: llama2", "config.json": "{" },
    label,
    card,
  );
  expect(found).toEqual({ llama2: false, evidence: [], license: card.license });
});

test("the README's license is given where the card is silent", () => {
  expect(find({ "README.md": "---\nlicense: mit\n---\n" }).license).toBe("mit");
});

test("a GGUF file's metadata are heard, of a picked file too", () => {
  const found = (origin: ModelOrigin) => findLicenseEvidence({ sideFiles: new Map(), origin, label: "model.gguf" });
  expect(found({ names: ["LLaMA v2"] })).toMatchObject({
    llama2: true,
    evidence: ["the weight file's metadata: LLaMA v2"],
  });
  expect(found({ names: ["Tiny"], license: "llama2" })).toMatchObject({ llama2: true, license: "llama2" });
  expect(found({ names: ["Mistral v0.2"], license: "apache-2.0" }).llama2).toBe(false);
});
