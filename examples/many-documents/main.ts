// Many documents, each put to the same question. The engine answers one at a time; what their prompts have in common (the system
// message) is computed once. One that fails doesn't end the others.

import { createEngine } from "pronk";

const out = document.querySelector("pre")!;
const model = new URLSearchParams(location.search).get("model") ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
const progress = document.querySelector("progress")!;
const stop = new AbortController();
document.querySelector("button")!.onclick = () => stop.abort();

const documents = ["I love it!", "It broke on the first day.", "It came in a box.", "Never again."];
const system = { role: "system" as const, content: "You say how a review sounds." };
const response_format = {
  type: "json_schema" as const,
  json_schema: { name: "review", schema: { enum: ["good", "bad", "neither"] } },
};

await using engine = await createEngine(model);
progress.max = documents.length;
const answers = documents.map(async (content) => {
  const messages = [system, { role: "user" as const, content }];
  const request = { messages, response_format, temperature: 0, max_tokens: 12 };
  const { choices, usage } = await engine.chat.completions.create(request, { signal: stop.signal });
  progress.value++;
  return `${choices[0].message.content} (${usage?.prompt_tokens} tokens read)`;
});
for (const [at, result] of (await Promise.allSettled(answers)).entries())
  out.append(`${documents[at]} -> ${result.status === "fulfilled" ? result.value : String(result.reason)}\n`);
out.dataset.done = "";
