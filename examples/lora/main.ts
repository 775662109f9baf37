// A LoRA stands beside the model, and each question says whether it is to be answered with it; switching loads nothing.

import { createEngine } from "pronk";

const out = document.querySelector("pre")!;
const given = new URLSearchParams(location.search);
const model = given.get("model") ?? "meta-llama/Llama-2-7b-chat-hf";
const adapter = given.get("adapter") ?? "someone/llama-2-7b-sql-lora";

await using engine = await createEngine(model, { adapters: [{ model: adapter, name: "tuned" }] });
for (const name of [undefined, "tuned", undefined]) {
  const { choices } = await engine.chat.completions.create({
    messages: [{ role: "user", content: "What is WebGPU?" }],
    adapter: name,
    temperature: 0,
    max_tokens: 24,
  });
  out.append(`${name ?? "as it is"}: ${choices[0].message.content}\n`);
}
out.dataset.done = "";
