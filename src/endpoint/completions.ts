// completions over an endpoint: texts that servers continue, in the engine's own shapes.

import { withStreams } from "../api/answer-stream.ts";
import type { RequestOptions } from "../api/completion-request.ts";
import type { Completion, CompletionChoice, Completions } from "../api/completions.ts";
import { completionFields } from "../api/known-fields.ts";
import type { CompletionLogprobs, TokenLogprob } from "../api/logprobs.ts";
import { untold } from "../api/untold.ts";
import { booleanField, type Fields, requestFields } from "../api/request-fields.ts";
import { checkAnswer, type Found, nothingFound } from "./answer-checks.ts";
import { fieldsOf, finishOf, headOf, listOf, textOf, usageOf } from "./answer-shape.ts";
import { brokenOff, cannot } from "./endpoint-errors.ts";
import { type Asked, askEvents, askWhole, readAsked, type Server } from "./server.ts";

const path = "completions";

export function completionsOver(server: Server): Completions {
  async function create(request: unknown, options: RequestOptions = {}) {
    const asked = readAsked(server, "completions", requestFields(request), completionFields, options);
    if (booleanField(asked.fields, "stream"))
      return chunks(server, asked, await askEvents(server, path, asked, options));
    return whole(server, asked, await askWhole(server, path, asked, options));
  }
  return { create: withStreams(create) as Completions["create"] };
}

function whole(server: Server, asked: Asked, answer: Fields): Completion {
  const wholeMs = performance.now() - asked.startedMs;
  const choices = listOf(answer.choices)
    .map((choice, at) => choiceIn(choice, at, 0))
    .sort((one, other) => one.index - other.index);
  const found = choices.map(({ text, logprobs, finish_reason: finish }): Found => ({
    text,
    calls: 0,
    hasLogprobs: logprobs !== null,
    finish: finish ?? undefined,
  }));
  check(server, asked, found);
  return {
    ...headOf(server, answer, "cmpl"),
    object: "text_completion",
    choices: choices as Completion["choices"],
    usage: usageOf(answer, { wholeMs }),
    pronk: choices[0].pronk,
  };
}

async function* chunks(server: Server, asked: Asked, events: AsyncIterable<Fields>): AsyncGenerator<Completion, void> {
  const tellsUsage = fieldsOf(asked.fields.stream_options).include_usage === true;
  const found = new Map<number, Found>();
  let head: Pick<Completion, "id" | "created" | "model"> | undefined;
  let firstMs: number | undefined;
  let usage: Completion["usage"];
  let held: Completion | undefined; // the last carries the usage, which may come after it
  for await (const event of events) {
    head ??= headOf(server, event, "cmpl");
    if (listOf(event.choices).length > 0) firstMs ??= performance.now() - asked.startedMs;
    for (const [at, given] of listOf(event.choices).entries()) {
      const index = typeof given.index === "number" ? given.index : at;
      const progress = found.get(index) ?? nothingFound();
      const choice = choiceIn(given, index, progress.text.length);
      progress.text += choice.text;
      progress.hasLogprobs ||= choice.logprobs !== null;
      progress.finish ??= choice.finish_reason ?? undefined;
      found.set(index, progress);
      if (held) yield held;
      held = {
        ...head,
        object: "text_completion",
        choices: [choice],
        ...(tellsUsage && { usage: untold }),
        pronk: choice.pronk,
      };
      if (!progress.finish) {
        yield held;
        held = undefined;
      }
    }
    usage = usageOf(event, { firstMs, wholeMs: performance.now() - asked.startedMs }) ?? usage;
  }
  if (!held || [...found.values()].some(({ finish }) => finish === undefined))
    throw brokenOff(server.address, "ended before it was whole");
  check(server, asked, [...found.values()]);
  yield tellsUsage ? { ...held, usage: usage ?? untold } : held;
}

function check(server: Server, asked: Asked, found: readonly Found[]): void {
  const { prompt } = asked.fields;
  const several = Array.isArray(prompt) && typeof prompt[0] !== "number" ? prompt : [prompt];
  checkAnswer(server, asked, found, several.length);
  const echoed = textOf(several[0]);
  if (booleanField(asked.fields, "echo") && !found[0].text.startsWith(echoed))
    throw cannot("echo", server.address, "its answer does not begin with the prompt.");
}

/** `offset`: where its text begins in the choice's. */
function choiceIn(given: Fields, at: number, offset: number): CompletionChoice {
  const choice = {
    index: typeof given.index === "number" ? given.index : at,
    text: textOf(given.text),
    finish_reason: finishOf(given.finish_reason) ?? null,
    logprobs: logprobsIn(given.logprobs, offset),
    pronk: { ids: [], context_full: false, ...(given.pronk as object) },
  };
  return choice as CompletionChoice;
}

/** llama.cpp uses the chat shape here, too. */
function logprobsIn(told: unknown, offset: number): CompletionLogprobs | null {
  const { content, tokens } = fieldsOf(told);
  if (Array.isArray(tokens)) return told as CompletionLogprobs;
  if (!Array.isArray(content)) return null;
  const list = content as (TokenLogprob & { top_logprobs: TokenLogprob[] })[];
  let at = offset;
  return {
    tokens: list.map(({ token }) => token),
    token_logprobs: list.map(({ logprob }) => logprob),
    top_logprobs: list.map(({ token, logprob, top_logprobs: top }) => ({
      ...Object.fromEntries(top.map((other) => [other.token, other.logprob])),
      [token]: logprob,
    })),
    text_offset: list.map(({ token }) => {
      at += token.length;
      return at - token.length;
    }),
  };
}
