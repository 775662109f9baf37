// chat.completions over an endpoint: servers' messages and chunks become those that the engine itself gives, whatever they
// leave out, merge or repeat (shared shapes are in answer-shape.ts).

import { withStreams } from "../api/answer-stream.ts";
import type {
  AnswerDelta,
  ChatChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletions,
  FunctionCall,
} from "../api/chat-completions.ts";
import type { RequestOptions } from "../api/completion-request.ts";
import { chatFields } from "../api/known-fields.ts";
import type { ChatLogprobs } from "../api/logprobs.ts";
import { booleanField, type Fields, requestFields } from "../api/request-fields.ts";
import { randomId } from "../random-id.ts";
import { checkAnswer, type Found, nothingFound } from "./answer-checks.ts";
import { fieldsOf, finishOf, headOf, listOf, textOf, usageOf } from "./answer-shape.ts";
import { brokenOff, cannot } from "./endpoint-errors.ts";
import { type Asked, askEvents, askWhole, readAsked, type Server } from "./server.ts";

const path = "chat/completions";

export function chatOver(server: Server): ChatCompletions {
  async function create(request: unknown, options: RequestOptions = {}) {
    const asked = readAsked(server, "chat.completions", requestFields(request), chatFields, options);
    const beginning = lastWords(server, asked);
    if (booleanField(asked.fields, "stream"))
      return chunks(server, asked, await askEvents(server, path, asked, options), beginning !== "");
    return whole(server, asked, await askWhole(server, path, asked, options), beginning);
  }
  return { create: withStreams(create) as ChatCompletions["create"] };
}

/** The assistant's, where the answer is to continue them. Throws PronkError bad-request where that is not certain. */
function lastWords({ kind, address }: Server, { fields }: Asked): string {
  const last = listOf(fields.messages).at(-1);
  if (last?.role !== "assistant") return "";
  // transformers 5.24 silently answers in a turn of its own.
  if (kind === "other") throw cannot("messages", address, "it is not known to go on from the assistant's last words.");
  return textOf(last.content);
}

/**
 * llama.cpp keeps the space that a SentencePiece model writes before its first word, and puts the words that an answer
 * continues before a whole one, but not before a streamed one (xllamacpp 2026.10, seen on 2026-11-29).
 */
function asAnswer({ kind }: Server, text: string, beginning: string): string {
  if (kind !== "llamacpp") return text;
  if (beginning === "") return text.replace(/^ /, "");
  return text.startsWith(beginning) ? text.slice(beginning.length) : text;
}

const thoughtIn = ({ reasoning_content: thought, reasoning }: Fields): string => textOf(thought) || textOf(reasoning); // vLLM's newer name

function whole(server: Server, asked: Asked, answer: Fields, beginning: string): ChatCompletion {
  const wholeMs = performance.now() - asked.startedMs;
  const given = listOf(answer.choices);
  const choices = given.map((choice, at): ChatChoice => {
    const told = fieldsOf(choice.message);
    const message: ChatChoice["message"] = {
      role: "assistant",
      content: asAnswer(server, textOf(told.content), beginning),
      refusal: textOf(told.refusal) || null,
    };
    if (thoughtIn(told)) message.reasoning_content = thoughtIn(told);
    const calls = listOf(told.tool_calls).map(wholeCall);
    if (calls.length > 0) message.tool_calls = calls;
    const finish = finishOf(choice.finish_reason) ?? "stop";
    return {
      index: at,
      message,
      finish_reason: finish === "stop" && calls.length > 0 ? "tool_calls" : finish,
      logprobs: logprobsIn(choice),
      pronk: { ids: [], context_full: false, ...(choice.pronk as object) },
    };
  });
  checkAnswer(
    server,
    asked,
    choices.map(({ message, logprobs, finish_reason: finish }) => ({
      text: message.content,
      calls: message.tool_calls?.length ?? 0,
      hasLogprobs: logprobs !== null,
      finish,
    })),
  );
  return {
    ...headOf(server, answer, "chatcmpl"),
    object: "chat.completion",
    choices: choices as ChatCompletion["choices"],
    usage: usageOf(answer, { wholeMs })!, // all servers give it with a whole answer
    pronk: { dropped_messages: 0, context_full: false, prompt_ids: [], ids: [], ...(answer.pronk as object) },
  };
}

function wholeCall({ id, function: called }: Fields): FunctionCall {
  const { name, arguments: given } = fieldsOf(called);
  return {
    id: textOf(id) || newCallId(),
    type: "function",
    function: { name: textOf(name), arguments: textOf(given) },
  };
}

const newCallId = () => `call_${randomId().slice(0, 24)}`;

function logprobsIn({ logprobs }: Fields): ChatLogprobs | null {
  const { content } = fieldsOf(logprobs);
  return Array.isArray(content) ? { content: content as ChatLogprobs["content"], refusal: null } : null;
}

/** A choice as far as it has come. */
interface Progress extends Found {
  /** Indexes of the server's calls, in order. */
  begun: unknown[];
  /** Nothing was said yet, and the first words begin an answer. */
  isFresh: boolean;
}

/** Each choice begins with its role and ends with a chunk of its own; usage comes last. */
async function* chunks(
  server: Server,
  asked: Asked,
  events: AsyncIterable<Fields>,
  goesOn: boolean,
): AsyncGenerator<ChatCompletionChunk, void> {
  const tellsUsage = fieldsOf(asked.fields.stream_options).include_usage === true;
  const choices = new Map<number, Progress>();
  let head: Pick<ChatCompletionChunk, "id" | "created" | "model"> | undefined;
  let firstMs: number | undefined;
  let usage: ChatCompletionChunk["usage"];
  const chunk = (choice: object, pronk?: unknown) =>
    ({
      ...head,
      object: "chat.completion.chunk",
      ...(tellsUsage && { usage: null }),
      choices: [choice],
      ...(pronk !== undefined && { pronk: { dropped_messages: 0, context_full: false, ...(pronk as object) } }),
    }) as ChatCompletionChunk;
  for await (const event of events) {
    head ??= headOf(server, event, "chatcmpl");
    for (const [at, choice] of listOf(event.choices).entries()) {
      const index = typeof choice.index === "number" ? choice.index : at;
      if (!choices.has(index)) {
        choices.set(index, { ...nothingFound(), begun: [], isFresh: !goesOn });
        yield chunk(
          { index, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null },
          event.pronk ?? {},
        );
      }
      const progress = choices.get(index)!;
      const logprobs = logprobsIn(choice);
      progress.hasLogprobs ||= logprobs !== null;
      const deltas = deltasIn(server, fieldsOf(choice.delta), progress);
      if (deltas.length === 0 && logprobs?.content.length) deltas.push({ content: "" });
      if (deltas.length > 0) firstMs ??= performance.now() - asked.startedMs;
      for (const [part, delta] of deltas.entries())
        yield chunk({ index, delta, logprobs: part === 0 ? logprobs : null, finish_reason: null });
      const finish = finishOf(choice.finish_reason);
      if (finish === undefined || progress.finish !== undefined) continue;
      progress.finish = finish === "stop" && progress.calls > 0 ? "tool_calls" : finish;
      yield chunk({ index, delta: {}, logprobs: null, finish_reason: progress.finish }, event.pronk ?? {});
    }
    usage = usageOf(event, { firstMs, wholeMs: performance.now() - asked.startedMs }) ?? usage;
  }
  if (choices.size === 0 || [...choices.values()].some(({ finish }) => finish === undefined))
    throw brokenOff(server.address, "ended before it was whole");
  checkAnswer(server, asked, [...choices.values()]);
  if (tellsUsage && usage) yield { ...chunk({}), choices: [], usage };
}

/** Thoughts, words, and one for each call. Notes in `progress` what has come. */
function deltasIn(server: Server, delta: Fields, progress: Progress): AnswerDelta[] {
  const deltas: AnswerDelta[] = [];
  const thought = thoughtIn(delta);
  if (thought) deltas.push({ reasoning_content: thought });
  const said = textOf(delta.content);
  const content = progress.isFresh ? asAnswer(server, said, "") : said;
  progress.isFresh &&= said === "";
  progress.text += content;
  if (content) deltas.push({ content });
  for (const [at, call] of listOf(delta.tool_calls).entries()) {
    const { name, arguments: given } = fieldsOf(call.function);
    const key = call.index ?? call.id ?? at;
    let index = progress.begun.indexOf(key);
    const begins = index < 0;
    if (begins) index = progress.begun.push(key) - 1;
    progress.calls = progress.begun.length;
    const args = typeof given === "string" ? given : given === undefined ? "" : JSON.stringify(given);
    if (begins) {
      const id = textOf(call.id) || newCallId();
      deltas.push({ tool_calls: [{ index, id, type: "function", function: { name: textOf(name), arguments: args } }] });
    } else if (args) deltas.push({ tool_calls: [{ index, function: { arguments: args } }] });
  }
  return deltas;
}
