#!/usr/bin/env bash
# What clients of OpenAI's chat make of thoughts that a server tells apart, as `reasoning_content` (vLLM, DeepSeek, llama.cpp) or
# `reasoning` (newer vLLM, OpenRouter), whole and in a stream of several pieces; and whether they send them back with the next turn.
#
# Guess: clients that know the field gather it as they gather content; those that don't drop it.
#
# Seen 2026-11-28:
#   - openai 7.59.0 passes both fields on, but its .stream() does not add the pieces up: the final message has the LAST PIECE
#     alone as reasoning_content. So take thoughts from the chunks.
#   - ai 7.0.173 with @ai-sdk/openai-compatible 3.0.92 gathers either, and sends either back as reasoning_content.
#   - @langchain/openai 1.6.0 (core 1.4.0) gathers reasoning_content in additional_kwargs and drops reasoning; it sends neither back.
#
# Needs npm and Node 20.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit openai@7.59.0 ai@7.0.173 @ai-sdk/openai-compatible@3.0.92 @langchain/openai@1.6.0 @langchain/core@1.4.0 zod@4.6.7 2>/dev/null

cat >clients.mjs <<'JS'
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI } from "@langchain/openai";
import { generateText, streamText } from "ai";
import OpenAI from "openai";

const baseURL = "http://local/v1";
const prompt = "Which animal?";
const messages = [{ role: "user", content: prompt }];
for (const field of ["reasoning_content", "reasoning"]) {
  const head = { id: "chatcmpl-1", created: 1, model: "m" };
  const usage = { prompt_tokens: 1, completion_tokens: 4, total_tokens: 5 };
  const pieces = [{ role: "assistant", content: "" }, { [field]: "let me " }, { [field]: "think" }, { content: "a fox" }];
  const choices = [...pieces.map((delta) => [{ index: 0, delta, finish_reason: null }]), [{ index: 0, delta: {}, finish_reason: "stop" }]];
  const chunks = [...choices.map((choices) => ({ choices })), { choices: [], usage }].map((chunk) => ({ ...head, object: "chat.completion.chunk", ...chunk }));
  const stream = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
  const message = { role: "assistant", content: "a fox", [field]: "let me think" };
  const whole = JSON.stringify({ ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }], usage });
  let asked;
  const fetch = async (_, { body }) => {
    asked = JSON.parse(body);
    return new Response(asked.stream ? stream : whole, { headers: { "content-type": asked.stream ? "text/event-stream" : "application/json" } });
  };
  const sentBack = () => Object.entries(asked.messages[1]).filter(([name]) => /reason/.test(name)).flat().join("=") || "nothing";
  const tell = (who, ...told) => console.log(`${field}, ${who}: ${told.map((text) => text || "nothing").join(" | ")}`);

  const openai = new OpenAI({ apiKey: "-", baseURL, fetch, maxRetries: 0 });
  const answer = (await openai.chat.completions.create({ model: "m", messages })).choices[0].message;
  const gathered = await openai.chat.completions.stream({ model: "m", messages }).finalMessage();
  tell("openai", answer[field], gathered[field]);

  const sdk = { model: createOpenAICompatible({ name: "local", baseURL, fetch }).chatModel("m"), maxRetries: 0 };
  const generated = await generateText({ ...sdk, prompt });
  let streamed = "";
  for await (const piece of streamText({ ...sdk, prompt }).fullStream) if (piece.type === "reasoning-delta") streamed += piece.text;
  await generateText({ ...sdk, messages: [...messages, ...generated.response.messages, { role: "user", content: "And?" }] });
  tell("AI SDK", generated.reasoningText, streamed, sentBack());

  const chain = new ChatOpenAI({ apiKey: "-", model: "m", maxRetries: 0, configuration: { baseURL, fetch } });
  const invoked = await chain.invoke(prompt);
  let all;
  for await (const chunk of await chain.stream(prompt)) all = all ? all.concat(chunk) : chunk;
  await chain.invoke([...messages, invoked, { role: "user", content: "And?" }]);
  tell("LangChain", invoked.additional_kwargs[field], all.additional_kwargs[field], sentBack());
}
process.exit(0);
JS
node clients.mjs 2>/dev/null | tee told.txt
cat >seen.txt <<'SEEN'
reasoning_content, openai: let me think | think
reasoning_content, AI SDK: let me think | let me think | reasoning_content=let me think
reasoning_content, LangChain: let me think | let me think | nothing
reasoning, openai: let me think | think
reasoning, AI SDK: let me think | let me think | reasoning_content=let me think
reasoning, LangChain: nothing | nothing | nothing
SEEN
diff seen.txt told.txt || { echo "CHANGED: see the lines above (whole | streamed | sent back)"; exit 1; }
echo "as seen"
