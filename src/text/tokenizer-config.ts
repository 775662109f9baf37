// The parts of tokenizer_config.json and its companions (special_tokens_map.json, added_tokens.json, chat_template.*)
// that pronk uses: named special tokens, added tokens, the chat template. Everything is optional; a file that does not
// parse is refused, so a damaged one is not mistaken for an absent one.

import { parseJsonObject, type JsonObject } from "../json-bytes.ts";
import { isId, object } from "./json-steps.ts";
import { plainAddedToken } from "./vocabulary.ts";
import type { AddedToken } from "./vocabulary.ts";

export interface TokenizerConfig {
  /** bos_token, eos_token, unk_token, pad_token, ... as text. */
  specialTokens: Record<string, string>;
  addedTokens: AddedToken[];
  legacy: boolean | undefined;
  addBos: boolean | undefined;
  /** The Jinja source and the file it is from. */
  template: { source: string; file: string } | undefined;
}

/** Throws PronkError format. */
export function readTokenizerConfig(files: ReadonlyMap<string, Uint8Array>): TokenizerConfig {
  const config = readJson(files, "tokenizer_config.json");
  const specialMap = readJson(files, "special_tokens_map.json");
  const specialTokens: Record<string, string> = {};
  for (const source of [specialMap, config])
    for (const [name, value] of Object.entries(source)) {
      const content = name.endsWith("_token") ? contentOf(value) : undefined;
      if (content !== undefined) specialTokens[name] = content;
    }

  const addedTokens = new Map<number, AddedToken>();
  for (const [content, id] of Object.entries(readJson(files, "added_tokens.json")))
    if (isId(id)) addedTokens.set(id, plainAddedToken(id, content, true));
  for (const [key, value] of Object.entries(object(config.added_tokens_decoder))) {
    const entry = object(value);
    const id = Number(key);
    if (!isId(id) || typeof entry.content !== "string") continue;
    addedTokens.set(id, {
      id,
      content: entry.content,
      special: entry.special === true,
      leftStrip: entry.lstrip === true,
      rightStrip: entry.rstrip === true,
      singleWord: entry.single_word === true,
      normalized: entry.normalized === true,
    });
  }
  return {
    specialTokens,
    addedTokens: [...addedTokens.values()],
    legacy: typeof config.legacy === "boolean" ? config.legacy : undefined,
    addBos: typeof config.add_bos_token === "boolean" ? config.add_bos_token : undefined,
    template: readTemplate(files, config),
  };
}

/** transformers' order: chat_template.jinja, then tokenizer_config.json, then chat_template.json. */
function readTemplate(files: ReadonlyMap<string, Uint8Array>, config: JsonObject): TokenizerConfig["template"] {
  const jinja = files.get("chat_template.jinja");
  if (jinja) return { source: new TextDecoder().decode(jinja), file: "chat_template.jinja" };
  for (const file of ["tokenizer_config.json", "chat_template.json"]) {
    const value = file === "tokenizer_config.json" ? config.chat_template : readJson(files, file).chat_template;
    const list = Array.isArray(value) ? value.map(object) : [];
    const source = Array.isArray(value) ? list.find((entry) => entry.name === "default")?.template : value;
    if (typeof source === "string" && source !== "") return { source, file };
  }
  return undefined;
}

function readJson(files: ReadonlyMap<string, Uint8Array>, file: string): JsonObject {
  const bytes = files.get(file);
  return bytes ? parseJsonObject(file, bytes) : {};
}

/** A token is written as text or as `{ content }`. */
function contentOf(value: unknown): string | undefined {
  const content = typeof value === "string" ? value : object(value).content;
  return typeof content === "string" ? content : undefined;
}
