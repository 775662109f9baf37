// Whether a chat's answer has parts other than words: thoughts, and calls of tools. What puts such a chat to the
// model and reads its answer is loaded when the first comes.

import { onDemand } from "../on-demand.ts";
import { hasToolTurn } from "../text/chat-messages.ts";
import type { ChatDialog, ChatMessage, StreamDecoder } from "../text/tokenizer.ts";
import type { AnswerForm } from "./answer-form.ts";
import type { AnswerReader } from "./answer-reader.ts";
import type { AnswerDelta, ChatFinishReason } from "./chat-completions.ts";
import type { EngineCore } from "./engine-core.ts";
import type { Fields } from "./request-fields.ts";
import type { Outcome, Piece } from "./run.ts";

const answerWay = onDemand("reads thoughts and calls of tools", () => import("./answer-way.ts"));

export interface AnswerWay {
  /** Encodes the conversation. */
  dialog: Pick<ChatDialog, "encode">;
  /** After this prompt. */
  begin(promptIds: readonly number[]): {
    /** What the whole answer must be. */
    form: AnswerForm | undefined;
    /** The decoder, with the form's marks in its text. */
    decoder(decoder: StreamDecoder): StreamDecoder;
    /** One for each choice. */
    reader(): AnswerReader;
  };
}

/** Undefined where the answer is words. `form`: what they must be. Rejects with PronkError bad-request, or network. */
export async function prepareAnswer(
  core: EngineCore,
  dialog: ChatDialog,
  fields: Fields,
  messages: readonly ChatMessage[],
  form: AnswerForm | undefined,
): Promise<AnswerWay | undefined> {
  const asks = (value: unknown) => (value ?? undefined) !== undefined && !(Array.isArray(value) && value.length === 0);
  const asksForTools = asks(fields.tools) || (asks(fields.tool_choice) && fields.tool_choice !== "none");
  const isPlain = !(messages.some(hasToolTurn) && !dialog.tools().turns) && !dialog.thoughts;
  if (!asksForTools && isPlain && !asks(fields.chat_template_kwargs)) return undefined;
  return (await answerWay()).prepareWay(core, dialog, fields, messages, form);
}

/** A piece of an answer as its reader gets it. */
export interface ReadPiece extends Omit<Piece, "text" | "outcome"> {
  deltas: AnswerDelta[];
  outcome?: Omit<Outcome, "finishReason"> & { finishReason: ChatFinishReason };
}

export async function* readPieces(
  pieces: AsyncIterable<Piece>,
  reader: AnswerReader | undefined,
): AsyncGenerator<ReadPiece, void> {
  let thought = 0; // tokens
  for await (const { text, outcome, ...piece } of pieces) {
    if (!reader) {
      yield { ...piece, deltas: text === "" ? [] : [{ content: text }], outcome };
      continue;
    }
    const thinks = reader.isThinking;
    const deltas = reader.push(text);
    if (thinks || reader.isThinking) thought += piece.ids.length;
    if (!outcome) {
      yield { ...piece, deltas };
      continue;
    }
    deltas.push(...reader.finish(outcome.finishReason === "length"));
    const calls = reader.calls > 0 && outcome.finishReason === "stop";
    const usage = { ...outcome.usage, completion_tokens_details: { reasoning_tokens: thought } };
    yield {
      ...piece,
      deltas,
      outcome: { ...outcome, usage, finishReason: calls ? "tool_calls" : outcome.finishReason },
    };
  }
}
