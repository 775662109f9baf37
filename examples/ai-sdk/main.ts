// A streamed chat by Vercel's AI SDK: it talks to OpenAI's HTTP interface, which the engine answers in the page.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type ModelMessage, streamText } from "ai";
import { createEngine } from "pronk";

const out = document.querySelector("pre")!;
const model = new URLSearchParams(location.search).get("model") ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
await using engine = await createEngine(model);
const pronk = createOpenAICompatible({ name: "pronk", baseURL: "http://local/v1", fetch: engine.fetch });

const messages: ModelMessage[] = [];
for (const question of ["What is WebGPU?", "Is it fast?"]) {
  messages.push({ role: "user", content: question });
  out.append(`> ${question}\n`);
  const { textStream, response } = streamText({ model: pronk.chatModel("-"), messages, maxOutputTokens: 60 });
  for await (const piece of textStream) out.append(piece);
  messages.push(...(await response).messages);
  out.append("\n");
}
out.dataset.done = "";
