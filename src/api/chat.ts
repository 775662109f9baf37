// chat.completions.create: messages -> dialog -> ids -> answer, dressed in OpenAI's shapes. The dialog decides what a
// conversation looks like and what it refuses; fit-context.ts what is left out; run.ts does the answering.

import { PronkError } from "../errors.ts";
import { checkPromptIds } from "../generate/prompt-check.ts";
import { keepTo } from "./answer-form.ts";
import { withStreams } from "./answer-stream.ts";
import { beginAll } from "./at-once.ts";
import { prepareAnswer, type ReadPiece, readPieces } from "./answer-parts.ts";
import type {
  AnswerDelta,
  ChatChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletions,
  FunctionCall,
} from "./chat-completions.ts";
import type { RequestOptions, Usage } from "./completion-request.ts";
import type { EngineCore } from "./engine-core.ts";
import { fitConversation } from "./fit-context.ts";
import { chatFields, checkFields } from "./known-fields.ts";
import type { ChatLogprobs } from "./logprobs.ts";
import { requestFields } from "./request-fields.ts";
import { readMessages } from "./request-messages.ts";
import { addUsage, likelihoodPart, newAnswer, runText } from "./run.ts";
import { readRunSettings, type RunSettings, settingsOfChoice } from "./sampling.ts";

/** The answer that is this choice. */
type Answer = (choice: number) => AsyncIterable<ReadPiece>;

export function createChatCompletions(core: EngineCore): ChatCompletions {
  async function create(request: unknown, options: RequestOptions = {}) {
    const fields = requestFields(request);
    checkFields(fields, chatFields, "chat.completions.create");
    const messages = readMessages(fields.messages);
    const settings = readRunSettings(fields, core);
    core.ended.throwIfAborted();
    options.signal?.throwIfAborted();
    const { dialog } = core;
    if (!dialog)
      throw new PronkError(
        "bad-request",
        `${core.label} has no chat template: it is a model that continues text. Use completions.create instead.`,
        { field: "messages", model: core.label },
      );
    const { contextLength } = core.generator;
    const countTokens = (text: string) => core.tokenizer.encode(text).length;
    const way = await prepareAnswer(core, dialog, fields, messages, settings.form);
    const fitted = fitConversation(way?.dialog ?? dialog, messages, contextLength, settings.maxTokens, countTokens);
    const { promptIds, droppedMessages } = fitted;
    checkPromptIds(core.generator, promptIds, "messages");
    const goesOn = messages[messages.length - 1].role === "assistant";
    const endIds = [...core.config.eosIds, ...core.turnEnds];
    const parts = way?.begin(promptIds);
    const { ignoreEos } = settings;
    const form = parts ? parts.form : settings.form;
    const kept = form && (await keepTo(form, core.tokenizer, ignoreEos ? [] : endIds, !goesOn));
    const answer: Answer = (choice) => {
      // An answer stands alone, as in the reference: its first piece's leading space is not part of the text.
      const words = core.tokenizer.stream(goesOn ? promptIds : undefined);
      const decoder = parts ? parts.decoder(words) : words;
      const reader = parts?.reader();
      const isOver = () => reader?.isOver === true;
      const beginning = { promptIds, decoder, endIds, answer: choice, kept, isOver };
      return readPieces(runText(core, beginning, settingsOfChoice(settings, choice), options), reader);
    };
    return settings.stream
      ? chunks(core, answer, settings, droppedMessages)
      : await whole(core, promptIds, answer, settings, droppedMessages);
  }
  return { create: withStreams(create) as ChatCompletions["create"] };
}

async function whole(
  core: EngineCore,
  promptIds: readonly number[],
  answer: Answer,
  settings: RunSettings,
  dropped: number,
): Promise<ChatCompletion> {
  const { topLogprobs } = settings;
  const choices: ChatChoice[] = [];
  let usage: Usage | undefined;
  const begun = beginAll(
    Array.from({ length: settings.choices }, (_, index) => () => answer(index)),
    settings,
  );
  try {
    for (const [index, pieces] of begun.answers.entries()) {
      const message: ChatChoice["message"] = { role: "assistant", content: "", refusal: null };
      const ids: number[] = [];
      const logprobs: ChatLogprobs["content"] = [];
      let outcome: ReadPiece["outcome"];
      for await (const piece of pieces) {
        for (const delta of piece.deltas) addDelta(message, delta);
        for (const id of piece.ids) ids.push(id);
        if (topLogprobs !== undefined) {
          const { chatLogprobs } = await likelihoodPart();
          logprobs.push(...chatLogprobs(core.tokenizer, piece.ids, piece.likelihoods, topLogprobs));
        }
        outcome = piece.outcome;
      }
      const { finishReason, contextFull, usage: own } = outcome!; // the last piece has it
      const pronk = { ids, context_full: contextFull };
      const told = topLogprobs === undefined ? null : { content: logprobs, refusal: null };
      choices.push({ index, message, finish_reason: finishReason, logprobs: told, pronk });
      usage = addUsage(usage, own, { samePrompt: true });
    }
  } finally {
    begun.end();
  }
  return {
    ...newAnswer(core, "chatcmpl"),
    object: "chat.completion",
    choices: choices as ChatCompletion["choices"],
    usage: usage!,
    pronk: { dropped_messages: dropped, prompt_ids: [...promptIds], ...choices[0].pronk },
  };
}

function addDelta(
  message: ChatChoice["message"],
  { content = "", reasoning_content: thought, tool_calls: calls }: AnswerDelta,
): void {
  message.content += content;
  if (thought) message.reasoning_content = (message.reasoning_content ?? "") + thought;
  for (const { index, id, function: called } of calls ?? []) {
    const list: FunctionCall[] = (message.tool_calls ??= []);
    if (id === undefined) list[index].function.arguments += called.arguments;
    else list[index] = { id, type: "function", function: { name: called.name!, arguments: called.arguments } };
  }
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
  const begun = beginAll(
    Array.from({ length: settings.choices }, (_, index) => () => answer(index)),
    settings,
  );
  try {
    for (const [index, pieces] of begun.answers.entries()) {
      const chunk = (
        delta: Choice["delta"],
        finish: Choice["finish_reason"] = null,
        content?: ChatLogprobs["content"],
      ): ChatCompletionChunk => ({
        ...base,
        choices: [{ index, delta, logprobs: content ? { content, refusal: null } : null, finish_reason: finish }],
      });
      // At once, before the prompt is read, so that a page can say what was left out.
      yield {
        ...chunk({ role: "assistant", content: "" }),
        pronk: { dropped_messages: dropped, context_full: false },
      };
      for await (const { deltas, ids, likelihoods, outcome } of pieces) {
        let told: ChatLogprobs["content"] | undefined;
        if (settings.topLogprobs !== undefined) {
          const { chatLogprobs } = await likelihoodPart();
          told = chatLogprobs(core.tokenizer, ids, likelihoods, settings.topLogprobs);
        }
        if (deltas.length === 0 && told?.length) deltas.push({ content: "" });
        for (const [at, delta] of deltas.entries()) yield chunk(delta, null, at === 0 ? told : told && []);
        if (!outcome) continue;
        usage = addUsage(usage, outcome.usage, { samePrompt: true });
        const pronk = { dropped_messages: dropped, context_full: outcome.contextFull };
        yield { ...chunk({}, outcome.finishReason), pronk };
      }
    }
  } finally {
    begun.end();
  }
  if (settings.includeUsage) yield { ...head, choices: [], usage };
}
