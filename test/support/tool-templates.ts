// The tool templates of test/fixtures/tools, with what transformers makes of conversations, and a dialog over each that the
// fake tokenizer encodes: control tokens are plain text there.

import { readdirSync, readFileSync } from "node:fs";
import { chatRenderer, templateDialog } from "../../src/text/template-dialog.ts";
import type { ChatDialog, ChatMessage, RenderChat, Tool } from "../../src/text/tokenizer.ts";
import { fakeTokenizer } from "./fake-core.ts";

interface Renders {
  made: { transformers: string };
  conversations: Record<string, ChatMessage[]>;
  contexts: Record<string, { tools: Tool[] | null; kwargs?: Record<string, unknown> }>;
  /** An output of null: the template refuses. */
  renders: { template: string; conversation: string; context: string; output: string | null }[];
}

const folder = new URL("../fixtures/tools/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");

export const toolRenders = JSON.parse(read("renders.json")) as Renders;

/** By name: `llama-3.1`, `hermes`, `mistral`, `qwen3`. */
export const toolTemplates = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith(".jinja"))
    .map((name) => [name.replace(/\.jinja$/, ""), read(name)]),
);

export function toolRenderer(source: string): RenderChat {
  const tokens = { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" };
  return chatRenderer({ template: { source, file: "chat_template.jinja" } }, tokens);
}

export const toolDialog = (source: string): ChatDialog => templateDialog(toolRenderer(source), fakeTokenizer, source);
