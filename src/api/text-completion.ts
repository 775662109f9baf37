// completions.create: text or ids -> the text that follows, dressed in OpenAI's shapes. Text begins with the
// beginning-of-sequence id where the model was trained so; ids are fed exactly as given. No template, no dropping.

import type { RequestOptions } from "./completion-request.ts";
import type { Completion, Completions } from "./completions.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Fields } from "./request-fields.ts";
import { badField, booleanField, requestFields } from "./request-fields.ts";
import type { Outcome, Piece } from "./run.ts";
import { checkPromptIds, newAnswer, runText } from "./run.ts";
import type { RunSettings } from "./sampling.ts";
import { readRunSettings } from "./sampling.ts";

interface Prompt {
  ids: number[];
  /** What `echo` puts before the answer; "" without it. */
  echoed: string;
}

export function createCompletions(core: EngineCore): Completions {
  async function create(request: unknown, options: RequestOptions = {}) {
    const fields = requestFields(request);
    const settings = readRunSettings(fields, core.defaults, core.generator.vocabSize);
    core.ended.throwIfAborted();
    options.signal?.throwIfAborted();
    const prompt = readPrompt(core, fields);
    // The decoder knows the prompt, so that prompt + answer is the text as it would be written.
    const decoder = core.tokenizer.stream(prompt.ids);
    const pieces = runText(core, { promptIds: prompt.ids, decoder, endIds: core.config.eosIds }, settings, options);
    return settings.stream ? chunks(core, pieces, settings, prompt) : await whole(core, pieces, prompt);
  }
  return { create: create as Completions["create"] };
}

function readPrompt(core: EngineCore, fields: Fields): Prompt {
  const { prompt } = fields;
  const echo = booleanField(fields, "echo");
  if (typeof prompt === "string") {
    const ids = core.tokenizer.encode(prompt, { addBos: core.tokenizer.startsWithBos });
    checkPromptIds(core, ids, "prompt");
    return { ids, echoed: echo ? prompt : "" };
  }
  if (!Array.isArray(prompt)) throw badField("prompt", "a string or a list of token ids", prompt);
  const ids = prompt as number[];
  checkPromptIds(core, ids, "prompt");
  return { ids: [...ids], echoed: echo ? core.tokenizer.decode(ids) : "" };
}

async function whole(core: EngineCore, pieces: AsyncIterable<Piece>, prompt: Prompt): Promise<Completion> {
  let text = prompt.echoed;
  const ids: number[] = [];
  let outcome: Outcome | undefined;
  for await (const piece of pieces) {
    text += piece.text;
    ids.push(...piece.ids);
    outcome = piece.outcome;
  }
  const { finishReason, contextFull, usage } = outcome!; // the last piece has it
  return {
    ...newAnswer(core, "cmpl"),
    object: "text_completion",
    choices: [{ index: 0, text, finish_reason: finishReason, logprobs: null }],
    usage,
    pronk: { prompt_ids: prompt.ids, ids, context_full: contextFull },
  };
}

/** The first chunk carries the prompt's ids (and its text with `echo`), the last the finish reason and the usage. */
async function* chunks(
  core: EngineCore,
  pieces: AsyncIterable<Piece>,
  settings: RunSettings,
  prompt: Prompt,
): AsyncGenerator<Completion, void> {
  const answer = { ...newAnswer(core, "cmpl"), object: "text_completion" } as const;
  const chunk = (text: string, outcome?: Outcome): Completion => ({
    ...answer,
    choices: [{ index: 0, text, finish_reason: outcome?.finishReason ?? null, logprobs: null }],
    ...(settings.includeUsage && { usage: outcome?.usage ?? null }),
    pronk: { ids: [], context_full: outcome?.contextFull ?? false },
  });
  const first = chunk(prompt.echoed);
  yield { ...first, pronk: { ...first.pronk, prompt_ids: prompt.ids } };
  for await (const { text, ids, outcome } of pieces) {
    const next = chunk(text, outcome);
    yield { ...next, pronk: { ...next.pronk, ids } };
  }
}
