// completions.create: text or ids -> the text that follows, dressed in OpenAI's shapes. Text begins with the
// beginning-of-sequence id where the model was trained so; ids are fed exactly as given. No template, no dropping.

import type { Likelihood } from "../generate/likelihood.ts";
import { checkPromptIds } from "../generate/prompt-check.ts";
import { withStreams } from "./answer-stream.ts";
import { beginAll } from "./at-once.ts";
import { keepTo } from "./answer-form.ts";
import type { ContinuableOptions } from "./continuation.ts";
import type { Completion, CompletionChoice, Completions } from "./completions.ts";
import type { EngineCore } from "./engine-core.ts";
import { checkFields, completionFields } from "./known-fields.ts";
import type { PromptLikelihoods } from "./prompt-likelihoods.ts";
import type { Fields } from "./request-fields.ts";
import { badField, booleanField, requestFields } from "./request-fields.ts";
import type { Outcome, Piece } from "./run.ts";
import { addUsage, likelihoodPart, newAnswer, runText } from "./run.ts";
import { readRunSettings, type RunSettings, settingsOfChoice } from "./sampling.ts";
import { untold } from "./untold.ts";

interface Prompt {
  ids: number[];
  /** What `echo` puts before the answer; "" without it. */
  echoed: string;
  /** Of its tokens, if they are told. */
  likelihoods?: PromptLikelihoods;
}

/** Answers one prompt, as one of its choices. */
type Answer = (asked: Asked) => AsyncIterable<Piece>;

interface Asked {
  prompt: Prompt;
  /** Among the answers to this prompt. */
  choice: number;
  /** Among all answers of the call. */
  index: number;
}

export function createCompletions(core: EngineCore): Completions {
  async function create(request: unknown, options: ContinuableOptions = {}) {
    const fields = requestFields(request);
    checkFields(fields, completionFields, "completions.create");
    const settings = readRunSettings(fields, core, { leastTokens: 0 });
    core.ended.throwIfAborted();
    options.signal?.throwIfAborted();
    const prompts = readPrompts(core, fields);
    const { topLogprobs } = settings;
    if (topLogprobs !== undefined && booleanField(fields, "echo")) {
      const { PromptLikelihoods } = await likelihoodPart();
      for (const prompt of prompts) prompt.likelihoods = new PromptLikelihoods(prompt.ids, topLogprobs);
    }
    const { form, ignoreEos } = settings;
    const endIds = core.config.eosIds;
    const kept = form && (await keepTo(form, core.tokenizer, ignoreEos ? [] : endIds, false));
    const answer: Answer = ({ prompt: { ids: promptIds, likelihoods }, choice, index }) => {
      // The decoder knows the prompt, so that prompt + answer is the text as it would be written.
      const beginning = { promptIds, decoder: core.tokenizer.stream(promptIds), endIds, answer: index, kept };
      const told = likelihoods ? likelihoods.options(options) : options;
      return runText(core, beginning, settingsOfChoice(settings, choice), told);
    };
    const asked = prompts.flatMap((prompt, at) =>
      Array.from({ length: settings.choices }, (_, choice) => ({
        prompt,
        choice,
        index: at * settings.choices + choice,
      })),
    );
    return settings.stream ? chunks(core, answer, settings, asked) : await whole(core, answer, settings, asked);
  }
  return { create: withStreams(create) as Completions["create"] };
}

/** All are checked before the first is answered. */
function readPrompts(core: EngineCore, fields: Fields): Prompt[] {
  const prompt = fields.prompt === null ? "" : fields.prompt;
  const echo = booleanField(fields, "echo");
  if (Array.isArray(prompt) && prompt.some((item) => typeof item === "string" || Array.isArray(item)))
    return prompt.map((item: unknown, at) => readPrompt(core, item, `prompt[${at}]`, echo));
  return [readPrompt(core, prompt, "prompt", echo)];
}

function readPrompt(core: EngineCore, prompt: unknown, field: string, echo: boolean): Prompt {
  if (typeof prompt === "string") {
    const ids = core.tokenizer.encode(prompt, { addBos: core.tokenizer.startsWithBos });
    checkPromptIds(core.generator, ids, field);
    return { ids, echoed: echo ? prompt : "" };
  }
  if (!Array.isArray(prompt))
    throw badField(field, "a string or a list of token ids, or a list of several such", prompt);
  const ids = prompt as number[];
  checkPromptIds(core.generator, ids, field);
  return { ids: [...ids], echoed: echo ? core.tokenizer.decode(ids) : "" };
}

async function whole(
  core: EngineCore,
  answer: Answer,
  settings: RunSettings,
  asked: readonly Asked[],
): Promise<Completion> {
  const { topLogprobs } = settings;
  const choices: CompletionChoice[] = [];
  let usage: Completion["usage"];
  const begun = beginAll(
    asked.map((one) => () => answer(one)),
    settings,
  );
  try {
    for (const { prompt, choice, index } of asked) {
      let text = prompt.echoed;
      const ids: number[] = [];
      const likelihoods: Likelihood[] = [];
      let outcome: Outcome | undefined;
      for await (const piece of begun.answers[index]) {
        text += piece.text;
        for (const id of piece.ids) ids.push(id);
        likelihoods.push(...piece.likelihoods);
        outcome = piece.outcome;
      }
      const { finishReason, contextFull, usage: own } = outcome!; // the last piece has it
      const pronk = { prompt_ids: prompt.ids, ids, context_full: contextFull };
      let logprobs: CompletionChoice["logprobs"] = null;
      if (topLogprobs !== undefined) {
        const { completionLogprobs } = await likelihoodPart();
        logprobs = completionLogprobs(core.tokenizer, ids, likelihoods, topLogprobs, prompt.echoed.length);
        logprobs = prompt.likelihoods?.before(core.tokenizer, logprobs) ?? logprobs;
      }
      choices.push({ index, text, finish_reason: finishReason, logprobs, pronk });
      usage = addUsage(usage, own, { samePrompt: choice > 0 });
    }
  } finally {
    begun.end();
  }
  return {
    ...newAnswer(core, "cmpl"),
    object: "text_completion",
    choices: choices as Completion["choices"],
    usage,
    pronk: choices[0].pronk,
  };
}

/** An answer's first chunk has its prompt's ids (and text with `echo`), its last the finish reason; the very last the usage. */
async function* chunks(
  core: EngineCore,
  answer: Answer,
  settings: RunSettings,
  asked: readonly Asked[],
): AsyncGenerator<Completion, void> {
  const head = { ...newAnswer(core, "cmpl"), object: "text_completion" } as const;
  let usage: Completion["usage"];
  const begun = beginAll(
    asked.map((one) => () => answer(one)),
    settings,
  );
  try {
    for (const { prompt, choice: among, index } of asked) {
      let offset = prompt.echoed.length; // of the next token's text
      const logprobsOf = async ({ ids, likelihoods }: Pick<Piece, "ids" | "likelihoods">) => {
        if (settings.topLogprobs === undefined) return null;
        const { completionLogprobs } = await likelihoodPart();
        const told = completionLogprobs(core.tokenizer, ids, likelihoods, settings.topLogprobs, offset);
        offset += told.tokens.join("").length;
        return told;
      };
      const chunk = (
        text: string,
        ids: Pick<CompletionChoice["pronk"], "ids" | "prompt_ids">,
        logprobs: CompletionChoice["logprobs"] = null,
        outcome?: Outcome,
      ) => {
        const pronk = { ...ids, context_full: outcome?.contextFull ?? false };
        const choice = { index, text, finish_reason: outcome?.finishReason ?? untold, logprobs, pronk };
        const last = outcome && index === asked.length - 1;
        return {
          ...head,
          choices: [choice],
          ...(settings.includeUsage && { usage: last ? usage : untold }),
          pronk,
        } satisfies Completion as Completion;
      };
      const first = { ids: [], prompt_ids: prompt.ids };
      let isTold = !prompt.likelihoods; // else once they are found
      if (isTold) yield chunk(prompt.echoed, first);
      for await (const { text, ids, likelihoods, outcome } of begun.answers[index]) {
        if (!isTold) yield chunk(prompt.echoed, first, prompt.likelihoods?.told(core.tokenizer));
        isTold = true;
        if (outcome) usage = addUsage(usage, outcome.usage, { samePrompt: among > 0 });
        yield chunk(text, { ids }, await logprobsOf({ ids, likelihoods }), outcome);
      }
    }
  } finally {
    begun.end();
  }
}
