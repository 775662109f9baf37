// A session: what was said so far, and what can be asked of it. It knows the engine's public calls and nothing of models.
// Prompts are answered one after the other; only a whole answer, with what led to it, becomes part of the session.

import type { AnswerStream, ChatCompletionChunk, ChatCompletionRequest, Engine, RequestMessage } from "../index.ts";
import { readConstraint } from "./constraint.ts";
import { asDomException } from "./faults.ts";
import { readInput } from "./messages.ts";
import type { LanguageModelCoreOptions, LanguageModelPromptOptions, PromptInput } from "./prompt-types.ts";

/** What a session needs of an engine. */
export type SessionEngine = Pick<Engine, "chat" | "tokenizer" | "info">;

/** What a session is made of. */
export interface SessionParts {
  /** What answers. */
  engine: SessionEngine;
  /** How it answers. */
  options: LanguageModelCoreOptions;
  /** What was said before. */
  messages: readonly RequestMessage[];
  /** Tokens of `messages`. */
  contextUsage: number;
  /** Keeps the engine for one more session; what it returns is called once, when that is destroyed. */
  hold(): () => void;
}

const mostRounds = 8; // of calls before an answer: a model that keeps calling has lost its way

type Calls = NonNullable<(RequestMessage & { role: "assistant" })["tool_calls"]>;

/** A conversation, as the browser's `LanguageModel` has it. Destroy it when it is no longer needed. */
export class LanguageModelSession extends EventTarget {
  /** Called when the oldest messages no longer fit the context, as the event `contextoverflow`. */
  oncontextoverflow: ((event: Event) => void) | null = null;
  readonly #parts: SessionParts;
  readonly #release: () => void;
  readonly #end = new AbortController();
  #messages: readonly RequestMessage[];
  #contextUsage: number;
  #dropped = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: SessionParts) {
    super();
    this.#parts = parts;
    this.#release = parts.hold();
    this.#messages = parts.messages;
    this.#contextUsage = parts.contextUsage;
  }

  /** Tokens of the conversation: as the engine counted them after an answer, before that by its words alone. */
  get contextUsage(): number {
    return this.#contextUsage;
  }

  /** Tokens that there is room for. */
  get contextWindow(): number {
    return this.#parts.engine.info.contextLength;
  }

  /** The older name of `contextUsage`. */
  get inputUsage(): number {
    return this.contextUsage;
  }

  /** The older name of `contextWindow`. */
  get inputQuota(): number {
    return this.contextWindow;
  }

  /**
   * The whole answer. Rejects with a TypeError, with DOMException `NotSupportedError` for input or a constraint that is not
   * supported, `QuotaExceededError` for what does not fit, `InvalidStateError` once destroyed, or with the signal's reason.
   */
  async prompt(input: PromptInput, options: LanguageModelPromptOptions = {}): Promise<string> {
    let text = "";
    for await (const piece of this.#answer(input, options)) text += piece;
    return text;
  }

  /** The answer as it comes, in pieces of text. Errors as `prompt`; cancelling the stream ends the answer. */
  promptStreaming(input: PromptInput, options: LanguageModelPromptOptions = {}): ReadableStream<string> {
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, ...(options.signal ? [options.signal] : [])]);
    const pieces = this.#answer(input, { ...options, signal });
    return new ReadableStream({
      pull: async (stream) => {
        const { done, value } = await pieces.next();
        if (done) stream.close();
        else stream.enqueue(value);
      },
      cancel: async (reason) => {
        left.abort(reason);
        await pieces.return();
      },
    });
  }

  /** Adds messages without an answer; they are computed with the next prompt. Errors as `prompt`. */
  async append(input: PromptInput, { signal }: Pick<LanguageModelPromptOptions, "signal"> = {}): Promise<void> {
    const { messages } = readInput(input);
    await this.#inTurn(async () => {
      signal?.throwIfAborted();
      this.#contextUsage += await countTokens(this.#parts.engine, messages);
      this.#messages = [...this.#messages, ...messages];
    });
  }

  /** Tokens of the input's words: what the model's template writes around them is not counted. */
  async measureContextUsage(input: PromptInput, { signal }: LanguageModelPromptOptions = {}): Promise<number> {
    this.#check();
    signal?.throwIfAborted();
    return countTokens(this.#parts.engine, readInput(input).messages);
  }

  /** The older name of `measureContextUsage`. */
  measureInputUsage(input: PromptInput, options: LanguageModelPromptOptions = {}): Promise<number> {
    return this.measureContextUsage(input, options);
  }

  /** A separate session that goes on from here. Rejects with `InvalidStateError` once destroyed. */
  async clone({
    signal,
  }: { /** Rejects with its reason. */ signal?: AbortSignal } = {}): Promise<LanguageModelSession> {
    this.#check();
    signal?.throwIfAborted();
    return new LanguageModelSession({
      ...this.#parts,
      messages: this.#messages,
      contextUsage: this.#contextUsage,
    });
  }

  /** Ends it: an answer under way rejects with `AbortError`. The model is let go with its last session. */
  destroy(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(new DOMException("The session was destroyed.", "AbortError"));
    this.#release();
  }

  async *#answer(input: PromptInput, options: LanguageModelPromptOptions): AsyncGenerator<string, void> {
    this.#check();
    const { messages: said, goesOn } = readInput(input);
    const { format, shown } = readConstraint(options.responseConstraint);
    const signal = AbortSignal.any([this.#end.signal, ...(options.signal ? [options.signal] : [])]);
    let finish = () => {};
    const before = this.#turn;
    this.#turn = new Promise<void>((resolve) => (finish = resolve));
    try {
      await before;
      signal.throwIfAborted();
      let messages = [...this.#messages, ...said];
      for (let round = 0; ; round++) {
        const stream = await this.#ask(messages, format, signal, round < mostRounds);
        let [written, told, usage] = ["", "", 0];
        const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = [];
        for await (const { choices, usage: counted, pronk } of stream) {
          if (pronk) this.#tellOverflow(pronk.dropped_messages);
          if (counted) usage = counted.total_tokens;
          const delta = choices[0]?.delta;
          for (const {
            index,
            id = "",
            function: { name = "", arguments: more },
          } of delta?.tool_calls ?? []) {
            calls[index] ??= { id, type: "function", function: { name, arguments: "" } };
            calls[index].function.arguments += more;
          }
          written += delta?.content ?? "";
          const now = shown(written);
          if (now !== told) yield now.slice(told.length);
          told = now;
        }
        signal.throwIfAborted();
        messages.push({ role: "assistant", content: told, ...(calls.length > 0 && { tool_calls: calls }) });
        if (goesOn && round === 0) messages = joined(messages);
        for (const call of calls) messages.push(await this.#call(call));
        if (calls.length > 0) continue;
        this.#messages = messages;
        this.#contextUsage = usage;
        return;
      }
    } catch (error) {
      throw asDomException(error);
    } finally {
      finish();
    }
  }

  #ask(
    messages: readonly RequestMessage[],
    format: ChatCompletionRequest["response_format"],
    signal: AbortSignal,
    mayCall: boolean,
  ): Promise<AnswerStream<ChatCompletionChunk>> {
    const { engine, options } = this.#parts;
    const { temperature, topK, tools = [] } = options;
    const described = tools.map(({ name, description, inputSchema }) => ({
      type: "function" as const,
      function: { name, description, parameters: inputSchema as Record<string, unknown>, strict: true },
    }));
    return engine.chat.completions.create(
      {
        messages,
        temperature,
        top_k: topK,
        response_format: format,
        ...(described.length > 0 && { tools: described, tool_choice: mayCall ? ("auto" as const) : ("none" as const) }),
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal },
    );
  }

  async #call({ id, function: called }: Extract<Calls[number], { function: unknown }>): Promise<RequestMessage> {
    const tool = this.#parts.options.tools?.find(({ name }) => name === called.name);
    let content: string;
    try {
      content = String(await tool!.execute(JSON.parse(called.arguments as string)));
    } catch (error) {
      content = `Error: ${error instanceof Error ? error.message : String(error)}`;
    }
    return { role: "tool", tool_call_id: id, name: called.name, content };
  }

  #tellOverflow(dropped: number): void {
    const isMore = dropped > this.#dropped;
    this.#dropped = dropped;
    if (!isMore) return;
    const event = new Event("contextoverflow");
    this.dispatchEvent(event);
    this.oncontextoverflow?.(event);
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#check();
    const done = this.#turn.then(() => {
      this.#check();
      return work();
    });
    this.#turn = done.catch(() => {}); // its caller is told
    await done;
  }

  #check(): void {
    if (this.#end.signal.aborted)
      throw new DOMException("The session was destroyed. Create another.", "InvalidStateError");
  }
}

/** The words that an answer went on from, and the answer, are one message. */
function joined(messages: readonly RequestMessage[]): RequestMessage[] {
  const [prefix, answer] = messages.slice(-2);
  return [...messages.slice(0, -2), { ...answer, content: `${contentOf(prefix)}${contentOf(answer)}` }];
}

const contentOf = ({ content }: RequestMessage): string => content as string; // as messages.ts made them

/** Of their words alone. */
export async function countTokens(engine: SessionEngine, messages: readonly RequestMessage[]): Promise<number> {
  const counts = await Promise.all(messages.map(async (one) => (await engine.tokenizer.encode(contentOf(one))).length));
  return counts.reduce((sum, count) => sum + count, 0);
}
