// Code written for OpenAI's client compiles with an engine in its place: pronk's calls take what its calls take, and what pronk's
// give fits its types. `npm run types` is the test; what runs here only says that it was compiled.

import type OpenAI from "openai";
import type { Stream } from "openai/streaming";
import { expect, test } from "vitest";
import type {
  AnswerStream,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequest,
  Completion,
  CompletionRequest,
  Engine,
  FunctionCall,
  FunctionTool,
  RequestMessage,
  ResponseFormat,
  ToolChoice,
  Usage,
} from "../../../src/index.ts";

/** Does not compile unless every value of the one type is one of the other. */
const fits = <_Value extends Type, Type>() => true;

test("requests of OpenAI's types can be given as they are, part by part", () => {
  expect(fits<OpenAI.ChatCompletionCreateParams, ChatCompletionRequest>()).toBe(true);
  expect(fits<OpenAI.ChatCompletionMessageParam, RequestMessage>()).toBe(true);
  expect(fits<OpenAI.ChatCompletionMessage, RequestMessage>()).toBe(true);
  expect(fits<OpenAI.ChatCompletionFunctionTool, FunctionTool>()).toBe(true);
  expect(fits<OpenAI.ChatCompletionToolChoiceOption, ToolChoice>()).toBe(true);
  expect(fits<OpenAI.ResponseFormatJSONSchema, ResponseFormat>()).toBe(true);
  expect(fits<OpenAI.CompletionCreateParams, CompletionRequest>()).toBe(true);
  expect(
    fits<
      Pick<NonNullable<Parameters<OpenAI["chat"]["completions"]["create"]>[1]>, "signal">,
      NonNullable<Parameters<Create>[1]>
    >(),
  ).toBe(true);
});

test("what is read only can be given", () => {
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }] }] as const;
  const request = { messages, stop: ["\n"], tools: [], modalities: ["text"] } as const satisfies ChatCompletionRequest;
  expect(request.messages).toBe(messages);
});

test("answers are of OpenAI's types, and messages of answers can be given back", () => {
  expect(fits<ChatCompletion, OpenAI.ChatCompletion>()).toBe(true);
  expect(fits<ChatCompletionChunk, OpenAI.ChatCompletionChunk>()).toBe(true);
  expect(fits<Completion, OpenAI.Completion>()).toBe(true);
  expect(fits<Usage, OpenAI.CompletionUsage>()).toBe(true);
  expect(fits<FunctionCall, OpenAI.ChatCompletionMessageFunctionToolCall>()).toBe(true);
  expect(fits<ChatCompletion["choices"][0]["message"], OpenAI.ChatCompletionMessageParam>()).toBe(true);
  expect(fits<ChatCompletion["choices"][0]["message"], RequestMessage>()).toBe(true);
  expect(fits<FunctionTool, OpenAI.ChatCompletionTool>()).toBe(true);
  expect(fits<ResponseFormat, NonNullable<OpenAI.ChatCompletionCreateParams["response_format"]>>()).toBe(true);
});

type Create = Engine["chat"]["completions"]["create"];
/** What streaming code needs of a client, whichever it is. */
interface Client {
  chat: {
    completions: {
      create(body: OpenAI.ChatCompletionCreateParamsNonStreaming): Promise<OpenAI.ChatCompletion>;
      create(body: OpenAI.ChatCompletionCreateParamsStreaming): Promise<OpenAiStream<OpenAI.ChatCompletionChunk>>;
    };
  };
  completions: {
    create(body: OpenAI.CompletionCreateParamsNonStreaming): Promise<OpenAI.Completion>;
    create(body: OpenAI.CompletionCreateParamsStreaming): Promise<OpenAiStream<OpenAI.Completion>>;
  };
}
/** All of its public members, except what `tee` gives, which is the class itself. */
type OpenAiStream<Chunk> = Pick<Stream<Chunk>, typeof Symbol.asyncIterator | "controller" | "toReadableStream">;

test("an engine stands where a client stood, with its streams", () => {
  expect(fits<OpenAI, Client>()).toBe(true);
  expect(fits<Engine, Client>()).toBe(true);
  expect(fits<keyof Stream<unknown>, keyof AnswerStream<unknown> | "__betaTransformIterator">()).toBe(true);
  type Half = ReturnType<AnswerStream<OpenAI.Completion>["tee"]>[0 | 1];
  expect(fits<Half, OpenAiStream<OpenAI.Completion>>()).toBe(true);
});

test("`stream` as a variable gives either", () => {
  type Answer = ChatCompletion | AnswerStream<ChatCompletionChunk>;
  const ask = (engine: Engine, stream: boolean): Promise<Answer> =>
    engine.chat.completions.create({ messages: [], stream });
  const go = (engine: Engine, stream: boolean): Promise<Completion | AnswerStream<Completion>> =>
    engine.completions.create({ prompt: null, stream });
  expect([ask, go]).toHaveLength(2);
});
