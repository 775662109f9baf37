// Facts out of a text, as an object by a JSON Schema: only tokens that keep to it can be chosen.

import { createEngine } from "pronk";

const out = document.querySelector("pre")!;
const model = new URLSearchParams(location.search).get("model") ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
const text = "Aya, a springbok of three years, leapt 1.9 m high on Tuesday.";
const schema = {
  type: "object",
  properties: {
    animal: { enum: ["springbok", "llama", "other"] },
    years: { type: "integer", minimum: 0, maximum: 40 },
  },
  required: ["animal", "years"],
  additionalProperties: false,
};

await using engine = await createEngine(model);
const { choices } = await engine.chat.completions.create({
  messages: [{ role: "user", content: `Which animal is this about, and how old is it?\n\n${text}` }],
  response_format: { type: "json_schema", json_schema: { name: "leap", schema } },
  temperature: 0,
  max_tokens: 300,
});
const [{ message, finish_reason }] = choices;
if (finish_reason === "length") throw new Error("The answer was cut off, so it is no whole object.");
const { animal, years } = JSON.parse(message.content!) as { animal: string; years: number };
out.textContent = `${animal}, ${years} years`;
out.dataset.done = "";
