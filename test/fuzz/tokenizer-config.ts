// tokenizer_config.json and the files beside it, over one small vocabulary: special tokens, added tokens, templates in every
// place that may have one. What was read encodes a conversation.

import { loadDialog } from "../../src/text/load-dialog.ts";
import { loadTokenizer } from "../../src/text/load-tokenizer.ts";
import { pick, wholeBelow } from "../long/proof.ts";
import { chatTemplates, templatePieces } from "../support/chat-templates.ts";
import { writeSentencePieceModel } from "../support/sentencepiece.ts";
import { extremeNumbers, oddText } from "./extremes.ts";
import type { JsonObject } from "./model-files.ts";
import { type Json, jsonBytes, mutateJson, oddValue } from "./mutate-json.ts";
import { between, chance, type FuzzInput, type FuzzReader, isJson, type Random, utf8, wholeShare } from "./reader.ts";
import { useDialog, useTokenizer } from "./spoken.ts";

const vocabulary = writeSentencePieceModel(templatePieces);
const size = templatePieces.length;
const { chatml, zephyr, thinking, lower } = chatTemplates; // any turns will do

function make(random: Random): FuzzInput {
  const config: JsonObject = {
    bos_token: pick<Json>(random, ["<s>", { content: "<s>", lstrip: false }]),
    eos_token: "</s>",
    unk_token: "<unk>",
    pad_token: null,
    add_bos_token: chance(random, 0.5),
    legacy: pick<Json>(random, [true, false, null]),
    added_tokens_decoder: Object.fromEntries(
      ["<|im_start|>", "<|im_end|>", "<think>"].map((content, i) => [
        `${size + i}`,
        { content, special: i < 2, lstrip: false, normalized: false, rstrip: chance(random, 0.3), single_word: false },
      ]),
    ),
    chat_template: pick<Json>(random, [chatml, zephyr, thinking, [{ name: "default", template: lower }, { name: "tool_use", template: "" }]]), // prettier-ignore
  };
  const files = new Map<string, Json | string>([["tokenizer_config.json", config]]);
  if (chance(random, 0.3)) files.set("special_tokens_map.json", { bos_token: "<s>", eos_token: { content: "</s>" } });
  if (chance(random, 0.3)) files.set("added_tokens.json", { "<|pad|>": size + 3 });
  if (chance(random, 0.2)) files.set("chat_template.jinja", chatml);
  if (chance(random, 0.2)) files.set("chat_template.json", { chat_template: zephyr });
  const isWhole = chance(random, wholeShare);
  if (!isWhole) mutate(files, config, random);
  const bytes = [...files].map(([path, value]): [string, Uint8Array] => [
    path,
    typeof value === "string" ? utf8(value) : isWhole ? utf8(JSON.stringify(value)) : jsonBytes(value, random),
  ]);
  return { files: new Map([["tokenizer.model", vocabulary], ...bytes]), ...(isWhole ? { must: "read" } : {}) };
}

function mutate(files: Map<string, Json | string>, config: JsonObject, random: Random): void {
  const decoder = config.added_tokens_decoder as JsonObject;
  switch (wholeBelow(random, 5)) {
    case 0: {
      const path = pick(random, [...files.keys()]);
      const value = files.get(path)!;
      files.set(path, typeof value === "string" ? oddText(random) : mutateJson(value, random));
      return;
    }
    case 1: {
      const key = pick(random, [...extremeNumbers.map(String), `${size}`, "x", "", "1e3", " 5", "0x10"]);
      decoder[key] = {
        content: pick(random, ["<s>", "", "<|im_end|>", oddText(random)]),
        special: chance(random, 0.5),
      };
      return;
    }
    case 2: // among them a piece of the vocabulary, at its own id
      if (chance(random, 0.5)) decoder[`${size - 1}`] = { content: templatePieces.at(-1)!.piece, special: false };
      files.set("added_tokens.json", { [oddText(random)]: chance(random, 0.6) ? pick(random, extremeNumbers) : oddValue(random) }); // prettier-ignore
      return;
    case 3:
      config[pick(random, ["bos_token", "eos_token", "unk_token", "x_token"])] = chance(random, 0.5) ? oddText(random) : oddValue(random); // prettier-ignore
      return;
    default:
      config.chat_template = chance(random, 0.4) ? oddValue(random) : [{ name: "default", template: oddValue(random) }, oddValue(random)]; // prettier-ignore
  }
}

async function use({ files, must }: FuzzInput, random: Random, pass: () => void): Promise<void> {
  if ([...files].every(([path, bytes]) => !path.endsWith(".json") || isJson(bytes))) pass();
  const vocabSize = between(random, must ? size + 4 : size - 2, size + 20); // in some, fewer rows than pieces
  const tokenizer = await loadTokenizer(files, { vocabSize, bosId: 1, eosIds: [2] });
  useTokenizer(tokenizer, vocabSize, random);
  const dialog = await loadDialog(files, tokenizer, { assumeLlama2: chance(random, 0.5) });
  if (dialog) useDialog(dialog, random, tokenizer);
}

export const tokenizerConfigReader: FuzzReader = { name: "tokenizer-config", make, use };
