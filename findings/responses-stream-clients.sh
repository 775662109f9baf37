#!/usr/bin/env bash
# What clients need of a stream of OpenAI's Responses: one detail of a whole stream (a text, then a call) is varied at a time.
#
# Guess: clients gather text and calls from the deltas, the other events frame them; `response.failed` makes a client throw,
# and an event that a client does not know is passed over.
#
# Seen 2026-11-28: openai 7.59.0 (a loop over create(), and .stream()), ai 7.0.173 with @ai-sdk/openai 3.0.141, @langchain/openai
# 1.6.0 with core 1.4.0:
#   - `response.failed` throws in none but the AI SDK. The others end as if all were well: .stream() even with an empty text,
#     since it takes the final response's word for everything. An `error` event throws in all. So a server whose answer breaks
#     off should send that.
#   - .stream() throws at an event that it does not know, and where created, output_item.added or content_part.added is missing;
#     a message that is added with its part already in it is an error too.
#   - A call is taken from three places: .stream() has it from the completed response, the AI SDK from output_item.done alone,
#     LangChain from output_item.added and the deltas: without those it calls the function with {}.
#   - Nobody minds missing *.done events of text, sequence numbers, `event:` lines, logprobs, or a [DONE].
#
# Needs npm and Node 20.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit openai@7.59.0 ai@7.0.173 @ai-sdk/openai@3.0.141 @langchain/openai@1.6.0 @langchain/core@1.4.0 zod@4.6.7 2>/dev/null

cat >vary.mjs <<'JS'
import { createOpenAI } from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import { streamText, tool } from "ai";
import OpenAI from "openai";
import { z } from "zod";

const response = { id: "resp_1", object: "response", created_at: 1, model: "m", error: null, incomplete_details: null, instructions: null, metadata: {}, parallel_tool_calls: true, temperature: 1, tool_choice: "auto", tools: [], top_p: 1, output: [], status: "in_progress", usage: null };
const part = (text) => ({ type: "output_text", text, annotations: [], logprobs: [] });
const message = (status, content) => ({ id: "msg_1", type: "message", role: "assistant", status, content });
const call = (status, given) => ({ id: "fc_1", type: "function_call", call_id: "call_1", name: "weather", arguments: given, status });
const usage = { input_tokens: 3, input_tokens_details: { cached_tokens: 0 }, output_tokens: 2, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 5 };
const whole = [message("completed", [part("a fox")]), call("completed", '{"place":"Bern"}')];
const text = { item_id: "msg_1", output_index: 0, content_index: 0 };
const args = { item_id: "fc_1", output_index: 1 };
const stream = () => [
  ["created", { response }],
  ["in_progress", { response }],
  ["output_item.added", { output_index: 0, item: message("in_progress", []) }],
  ["content_part.added", { ...text, part: part("") }],
  ["output_text.delta", { ...text, delta: "a ", logprobs: [] }],
  ["output_text.delta", { ...text, delta: "fox", logprobs: [] }],
  ["output_text.done", { ...text, text: "a fox", logprobs: [] }],
  ["content_part.done", { ...text, part: part("a fox") }],
  ["output_item.done", { output_index: 0, item: whole[0] }],
  ["output_item.added", { output_index: 1, item: call("in_progress", "") }],
  ["function_call_arguments.delta", { ...args, delta: '{"place":' }],
  ["function_call_arguments.delta", { ...args, delta: '"Bern"}' }],
  ["function_call_arguments.done", { ...args, name: "weather", arguments: '{"place":"Bern"}' }],
  ["output_item.done", { output_index: 1, item: whole[1] }],
  ["completed", { response: { ...response, status: "completed", output: whole, usage } }],
];
const without = (type, index) => (all) => all.filter(([name, x]) => name !== type || (index !== undefined && x.output_index !== index));
const last = (type, fields) => (all) => [...all.slice(0, -1), [type, fields]];
const fault = { code: "server_error", message: "boom" };
const variants = {
  "whole": (all) => all,
  "no created": without("created"),
  "no in_progress": without("in_progress"),
  "no item added (text)": without("output_item.added", 0),
  "no part added": without("content_part.added"),
  "part in the item added": (all) => all.map(([name, x]) => (name === "output_item.added" && x.output_index === 0 ? [name, { ...x, item: message("in_progress", [part("")]) }] : [name, x])),
  "no text done": (all) => without("content_part.done")(without("output_text.done")(all)),
  "no item added (call)": without("output_item.added", 1),
  "no arguments deltas": without("function_call_arguments.delta"),
  "no arguments done": without("function_call_arguments.done"),
  "no item done": without("output_item.done"),
  "no completed": without("completed"),
  "completed without output": last("completed", { response: { ...response, status: "completed", usage } }),
  "no numbers, no event lines, [DONE]": (all) => all,
  "unknown event": (all) => [...all.slice(0, 6), ["mystery", { x: 1 }], ...all.slice(6)],
  "failed behind the text": (all) => last("failed", { response: { ...response, status: "failed", error: fault } })(all.slice(0, 7)),
  "error behind the text": (all) => last("error", { ...fault, param: null })(all.slice(0, 7)),
};
function body(name) {
  const bare = name.startsWith("no numbers");
  const lines = variants[name](stream()).map(([short, fields], sequence_number) => {
    const type = short === "error" ? short : `response.${short}`;
    return `${bare ? "" : `event: ${type}\n`}data: ${JSON.stringify({ type, ...(bare ? {} : { sequence_number }), ...fields })}\n\n`;
  });
  return lines.join("") + (bare ? "data: [DONE]\n\n" : "");
}
const baseURL = "http://local/v1";
const openai = (fetch) => new OpenAI({ apiKey: "-", baseURL, fetch, maxRetries: 0 });
const clients = {
  async loop(fetch) {
    let [said, given] = ["", ""];
    for await (const { type, delta } of await openai(fetch).responses.create({ model: "m", input: "q", stream: true })) {
      if (type === "response.output_text.delta") said += delta;
      if (type === "response.function_call_arguments.delta") given += delta;
    }
    return [said, given];
  },
  async stream(fetch) {
    const { output_text, output } = await openai(fetch).responses.stream({ model: "m", input: "q" }).finalResponse();
    return [output_text, output.find(({ type }) => type === "function_call")?.arguments ?? ""];
  },
  async sdk(fetch) {
    let [said, given, failure] = ["", ""];
    const tools = { weather: tool({ inputSchema: z.object({ place: z.string() }) }) };
    const model = createOpenAI({ apiKey: "-", baseURL, fetch }).responses("m");
    const { fullStream } = streamText({ model, prompt: "q", tools, maxRetries: 0, onError: ({ error }) => void (failure = error) });
    for await (const piece of fullStream) {
      if (piece.type === "text-delta") said += piece.text;
      if (piece.type === "tool-call") given += JSON.stringify(piece.input);
    }
    if (failure) throw failure;
    return [said, given];
  },
  async chain(fetch) {
    const model = new ChatOpenAI({ apiKey: "-", model: "m", useResponsesApi: true, maxRetries: 0, configuration: { baseURL, fetch } });
    let all;
    for await (const chunk of await model.stream("q")) all = all ? all.concat(chunk) : chunk;
    return [all.text, all.tool_calls?.map(({ args }) => JSON.stringify(args)).join() ?? ""];
  },
};
const known = { "a fox|{\"place\":\"Bern\"}": "fine", "a fox|": "no-call", "a fox|{}": "empty-call", "|": "nothing" };
for (const name of Object.keys(variants)) {
  const fetch = async () => new Response(body(name), { headers: { "content-type": "text/event-stream" } });
  const told = [];
  for (const run of Object.values(clients)) told.push(await run(fetch).then((pair) => known[pair.join("|")] ?? pair.join("|"), () => "throws"));
  console.log(`${name}: ${told.join(" ")}`);
}
process.exit(0);
JS
node vary.mjs 2>/dev/null | tee told.txt
cat >seen.txt <<'SEEN'
whole: fine fine fine fine
no created: fine throws fine fine
no in_progress: fine fine fine fine
no item added (text): fine throws fine fine
no part added: fine throws fine fine
part in the item added: fine throws fine fine
no text done: fine fine fine fine
no item added (call): fine throws fine no-call
no arguments deltas: no-call fine fine empty-call
no arguments done: fine fine fine fine
no item done: fine fine no-call fine
no completed: fine fine fine fine
completed without output: fine nothing fine fine
no numbers, no event lines, [DONE]: fine fine fine fine
unknown event: fine throws fine fine
failed behind the text: no-call nothing throws no-call
error behind the text: throws throws throws throws
SEEN
diff seen.txt told.txt || { echo "CHANGED: see the lines above (columns: openai's loop, .stream(), AI SDK, LangChain)"; exit 1; }
echo "as seen"
