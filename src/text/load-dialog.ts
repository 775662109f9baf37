// How a model's conversations become ids: Llama 2's built-in dialog where the repository's template writes the same text
// (or where the model is known to be Llama-2 chat), else the repository's template, else none.

import { PronkError } from "../errors.ts";
import type { GgufTokenizer } from "../format/gguf-tokenizer.ts";
import { onDemand } from "../on-demand.ts";
import { llama2Dialog, llama2DialogText } from "./llama2-dialog.ts";
import { readTokenizerConfig } from "./tokenizer-config.ts";
import type { TokenizerConfig } from "./tokenizer-config.ts";
import type { RenderChat } from "./tokenizer.ts";
import type { ChatDialog, ChatMessage, Tokenizer } from "./tokenizer.ts";

const templates = onDemand("renders chat templates", () => import("./template-dialog.ts"));

export interface DialogOptions {
  /** The repository has no template of its own, but its name or card says that it is Llama-2 chat. */
  assumeLlama2?: boolean;
  /** A GGUF's, for when the repository's files have none. */
  template?: TokenizerConfig["template"];
}

/** Undefined for a pretrained model: it only continues text. Rejects with PronkError format for a damaged configuration. */
export async function loadDialog(
  files: ReadonlyMap<string, Uint8Array>,
  tokenizer: Tokenizer,
  options: DialogOptions = {},
): Promise<ChatDialog | undefined> {
  const config = readTokenizerConfig(files);
  return configuredDialog({ ...config, template: config.template ?? options.template }, tokenizer, options);
}

/** The same for a template and names that are no files. */
export async function configuredDialog(
  config: Pick<TokenizerConfig, "template" | "specialTokens">,
  tokenizer: Tokenizer,
  options: DialogOptions = {},
): Promise<ChatDialog | undefined> {
  if (!config.template) return options.assumeLlama2 ? llama2Dialog(tokenizer) : undefined;
  const specialTokens = { ...config.specialTokens };
  for (const [name, id] of [
    ["bos_token", tokenizer.bosId],
    ["eos_token", tokenizer.eosId],
    ["unk_token", tokenizer.unkId],
  ] as const)
    if (id !== undefined) specialTokens[name] ??= tokenizer.decode([id], { keepSpecial: true });
  const { chatRenderer, templateDialog } = await templates();
  const render = chatRenderer(config, specialTokens);
  const known = tokenizer.bosId !== undefined && tokenizer.eosId !== undefined;
  if (known && writesLlama2(render, specialTokens.bos_token, specialTokens.eos_token)) return llama2Dialog(tokenizer);
  return templateDialog(render, tokenizer, config.template.source);
}

export function ggufTemplate({ chatTemplate, file }: GgufTokenizer): TokenizerConfig["template"] {
  return chatTemplate ? { source: chatTemplate, file } : undefined;
}

const system: ChatMessage = { role: "system", content: "Answer in rhymes.\nBe brief." };
const user: ChatMessage = { role: "user", content: "  What is a pronk? \n" };
const assistant: ChatMessage = { role: "assistant", content: " A leap,\nstiff-legged. " };
const probes = [
  [user],
  [user, assistant, user],
  [system, user],
  [system, user, assistant, { ...user, content: "Why?" }, { ...assistant, content: "Joy." }, user],
];

/** By what it writes, not by how it is spelled: templates of Llama 2 differ in quotes, loops and checks. */
function writesLlama2(render: RenderChat, bos: string, eos: string): boolean {
  try {
    return probes.every((messages) => render(messages) === llama2DialogText(messages, bos, eos));
  } catch (error) {
    if (error instanceof PronkError) return false; // refuses a system message, or does not render at all
    throw error;
  }
}
