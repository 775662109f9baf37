// chat.completions.create: messages -> dialog -> ids -> answer, dressed in OpenAI's shapes. The dialog decides what a
// conversation looks like and what it refuses; fit-context.ts what is left out; run.ts does the answering.

import { PronkError } from "../errors.ts";
import { checkPromptIds } from "../generate/prompt-check.ts";
import { keepTo } from "./answer-form.ts";
import type { ChatChoice, ChatCompletion, ChatCompletionChunk, ChatCompletions } from "./chat-completions.ts";
import type { RequestOptions, Usage } from "./completion-request.ts";
import type { EngineCore } from "./engine-core.ts";
import { fitConversation } from "./fit-context.ts";
import { chatFields, checkFields } from "./known-fields.ts";
import { chatLogprobs, type ChatLogprobs } from "./logprobs.ts";
import { requestFields } from "./request-fields.ts";
import { readMessages } from "./request-messages.ts";
import type { Outcome, Piece } from "./run.ts";
import { addUsage, newAnswer, runText } from "./run.ts";
import { readRunSettings, type RunSettings, settingsOfChoice } from "./sampling.ts";

/** The answer that is this choice. */
type Answer = (choice: number) => AsyncIterable<Piece>;

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
    const goesOn = messages[messages.length - 1].role === "assistant";
    const endIds = [...core.config.eosIds, ...core.turnEnds];
    const { form, ignoreEos } = settings;
    const constrain = form && (await keepTo(form, core.tokenizer, ignoreEos ? [] : endIds, !goesOn));
    const answer: Answer = (choice) => {
      // An answer stands alone, as in the reference: its first piece's leading space is not part of the text.
      const decoder = core.tokenizer.stream(goesOn ? promptIds : undefined);
      const beginning = { promptIds, decoder, endIds, answer: choice, constrain };
      return runText(core, beginning, settingsOfChoice(settings, choice), options);
    };
    return settings.stream
      ? chunks(core, answer, settings, droppedMessages)
      : await whole(core, promptIds, answer, settings, droppedMessages);
  }
  return { create: create as ChatCompletions["create"] };
}

async function whole(
  core: EngineCore,
  promptIds: readonly number[],
  answer: Answer,
  { choices: wanted, topLogprobs }: RunSettings,
  dropped: number,
): Promise<ChatCompletion> {
  const choices: ChatChoice[] = [];
  let usage: Usage | undefined;
  for (let index = 0; index < wanted; index++) {
    let content = "";
    const ids: number[] = [];
    const logprobs: ChatLogprobs["content"] = [];
    let outcome: Outcome | undefined;
    for await (const piece of answer(index)) {
      content += piece.text;
      for (const id of piece.ids) ids.push(id);
      logprobs.push(...chatLogprobs(core.tokenizer, piece.ids, piece.likelihoods, topLogprobs ?? 0));
      outcome = piece.outcome;
    }
    const { finishReason, contextFull, usage: own } = outcome!; // the last piece has it
    const message = { role: "assistant", content } as const;
    const pronk = { ids, context_full: contextFull };
    const told = topLogprobs === undefined ? null : { content: logprobs, refusal: null };
    choices.push({ index, message, finish_reason: finishReason, logprobs: told, pronk });
    usage = addUsage(usage, own, { samePrompt: true });
  }
  return {
    ...newAnswer(core, "chatcmpl"),
    object: "chat.completion",
    choices: choices as ChatCompletion["choices"],
    usage: usage!,
    pronk: { dropped_messages: dropped, prompt_ids: [...promptIds], ...choices[0].pronk },
  };
}

async function* chunks(
  core: EngineCore,
  answer: Answer,
  settings: RunSettings,
  dropped: number,
): AsyncGenerator<ChatCompletionChunk, void> {
  type Choice = Exclude<ChatCompletionChunk["choices"][0], undefined>;
  const head = { ...newAnswer(core, "chatcmpl"), object: "chat.completion.chunk" } as const;
  const base = settings.includeUsage ? { ...head, usage: null } : head;
  let usage: Usage | undefined;
  for (let index = 0; index < settings.choices; index++) {
    const chunk = (
      delta: Choice["delta"],
      finish: Choice["finish_reason"] = null,
      content?: ChatLogprobs["content"],
    ): ChatCompletionChunk => ({
      ...base,
      choices: [{ index, delta, finish_reason: finish, ...(content && { logprobs: { content, refusal: null } }) }],
    });
    // At once, before the prompt is read, so that a page can say what was left out.
    yield {
      ...chunk({ role: "assistant", content: "" }),
      pronk: { dropped_messages: dropped, context_full: false },
    };
    for await (const { text, ids, likelihoods, outcome } of answer(index)) {
      const told = chatLogprobs(core.tokenizer, ids, likelihoods, settings.topLogprobs ?? 0);
      if (text !== "" || told.length > 0)
        yield chunk({ content: text }, null, settings.topLogprobs === undefined ? undefined : told);
      if (!outcome) continue;
      usage = addUsage(usage, outcome.usage, { samePrompt: true });
      const pronk = { dropped_messages: dropped, context_full: outcome.contextFull };
      yield { ...chunk({}, outcome.finishReason), pronk };
    }
  }
  if (settings.includeUsage) yield { ...head, choices: [], usage };
}
