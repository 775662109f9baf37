// A model calls a function of the page, gets its result and answers with it.

import { createEngine, type RequestMessage } from "pronk";

const out = document.querySelector("pre")!;
const model = new URLSearchParams(location.search).get("model") ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
const functions: Record<string, (given: never) => unknown> = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
};
const number = { type: "integer", minimum: 0, maximum: 999 };
const add = {
  name: "add",
  description: "Adds two numbers",
  parameters: {
    type: "object",
    properties: { a: number, b: number },
    required: ["a", "b"],
    additionalProperties: false,
  },
};

await using engine = await createEngine(model);
const messages: RequestMessage[] = [{ role: "user", content: "What is 17 and 25?" }];
const tools = [{ type: "function" as const, function: add }];
// The first answer has to be a call; a model that was trained for tools can decide that itself ("auto", the default).
const asked = {
  messages,
  tools,
  tool_choice: "required" as const,
  parallel_tool_calls: false,
  temperature: 0,
  max_tokens: 400,
};
const [{ message }] = (await engine.chat.completions.create(asked)).choices;
messages.push(message);
for (const call of message.tool_calls ?? []) {
  if (call.type !== "function") continue;
  const { name, arguments: json } = call.function;
  const given = JSON.parse(json) as never;
  const result = functions[name](given);
  out.append(`${name}(${JSON.stringify(given)}) = ${String(result)}\n`);
  messages.push({ role: "tool", tool_call_id: call.id, content: String(result) });
}
const answer = await engine.chat.completions.create({
  messages,
  tools,
  tool_choice: "none",
  temperature: 0,
  max_tokens: 60,
});
out.append(answer.choices[0].message.content ?? "");
out.dataset.done = "";
