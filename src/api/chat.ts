// chat.completions.create: messages -> dialog -> ids -> answer, dressed in OpenAI's shapes. The dialog decides what a
// conversation looks like and what it refuses; fit-context.ts what is left out; run.ts does the answering.

import { PronkError } from "../errors.ts";
import { checkPromptIds } from "../generate/prompt-check.ts";
import { keepTo } from "./answer-form.ts";
import type { ChatCompletion, ChatCompletionChunk, ChatCompletions } from "./chat-completions.ts";
import type { RequestOptions } from "./completion-request.ts";
import type { EngineCore } from "./engine-core.ts";
import { fitConversation } from "./fit-context.ts";
import { chatFields, checkFields } from "./known-fields.ts";
import { requestFields } from "./request-fields.ts";
import { readMessages } from "./request-messages.ts";
import type { Outcome, Piece } from "./run.ts";
import { newAnswer, runText } from "./run.ts";
import type { RunSettings } from "./sampling.ts";
import { readRunSettings } from "./sampling.ts";

export function createChatCompletions(core: EngineCore): ChatCompletions {
  async function create(request: unknown, options: RequestOptions = {}) {
    const fields = requestFields(request);
    checkFields(fields, chatFields, "chat.completions.create");
    const messages = readMessages(fields.messages);
    const settings = readRunSettings(fields, core.defaults, core.generator.vocabSize);
    core.ended.throwIfAborted();
    options.signal?.throwIfAborted();
    if (!core.dialog)
      throw new PronkError(
        "bad-request",
        `${core.label} has no chat template: it is a model that continues text. Use completions.create instead.`,
        { field: "messages", model: core.label },
      );
    const { contextLength } = core.generator;
    const countTokens = (text: string) => core.tokenizer.encode(text).length;
    const fitted = fitConversation(core.dialog, messages, contextLength, settings.maxTokens, countTokens);
    const { promptIds, droppedMessages } = fitted;
    checkPromptIds(core.generator, promptIds, "messages");
    // The answer stands alone, as in the reference: its first piece's leading space is not part of the text.
    const endIds = [...core.config.eosIds, ...core.turnEnds];
    const { form, ignoreEos } = settings;
    const constrain = form && (await keepTo(form, core.tokenizer, ignoreEos ? [] : endIds, true));
    const beginning = { promptIds, decoder: core.tokenizer.stream(), endIds, prompt: 0, constrain };
    const pieces = runText(core, beginning, settings, options);
    return settings.stream
      ? chunks(core, pieces, settings, droppedMessages)
      : await whole(core, promptIds, pieces, droppedMessages);
  }
  return { create: create as ChatCompletions["create"] };
}

async function whole(
  core: EngineCore,
  promptIds: readonly number[],
  pieces: AsyncIterable<Piece>,
  dropped: number,
): Promise<ChatCompletion> {
  let content = "";
  const ids: number[] = [];
  let outcome: Outcome | undefined;
  for await (const piece of pieces) {
    content += piece.text;
    for (const id of piece.ids) ids.push(id);
    outcome = piece.outcome;
  }
  const { finishReason, contextFull, usage } = outcome!; // the last piece has it
  return {
    ...newAnswer(core, "chatcmpl"),
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finishReason, logprobs: null }],
    usage,
    pronk: { dropped_messages: dropped, context_full: contextFull, prompt_ids: [...promptIds], ids },
  };
}

async function* chunks(
  core: EngineCore,
  pieces: AsyncIterable<Piece>,
  settings: RunSettings,
  dropped: number,
): AsyncGenerator<ChatCompletionChunk, void> {
  type Choice = Exclude<ChatCompletionChunk["choices"][0], undefined>;
  const answer = { ...newAnswer(core, "chatcmpl"), object: "chat.completion.chunk" } as const;
  const base = settings.includeUsage ? { ...answer, usage: null } : answer;
  const chunk = (delta: Choice["delta"], finish: Choice["finish_reason"] = null): ChatCompletionChunk => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  // At once, before the prompt is read, so that a page can say what was left out.
  yield {
    ...chunk({ role: "assistant", content: "" }),
    pronk: { dropped_messages: dropped, context_full: false },
  };
  for await (const { text, outcome } of pieces) {
    if (text !== "") yield chunk({ content: text });
    if (!outcome) continue;
    const pronk = { dropped_messages: dropped, context_full: outcome.contextFull };
    yield { ...chunk({}, outcome.finishReason), pronk };
    if (settings.includeUsage) yield { ...answer, choices: [], usage: outcome.usage };
  }
}
