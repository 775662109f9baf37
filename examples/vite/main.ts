// The library with Vite and TypeScript: a question, an answer that grows, and how the load goes.

import { createEngine, PronkError } from "pronk";

const form = document.querySelector("form")!;
const [state, answer] = [document.querySelector("#state")!, document.querySelector("#answer")!];

try {
  const engine = await createEngine("HuggingFaceTB/SmolLM2-360M-Instruct", {
    onProgress: ({ phase, loadedBytes, totalBytes }) =>
      (state.textContent = `${phase} ${Math.round((100 * loadedBytes) / (totalBytes || 1))} %`),
  });
  state.textContent = engine.info.model;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const content = String(new FormData(form).get("question"));
    answer.textContent = "";
    const stream = await engine.chat.completions.create({ messages: [{ role: "user", content }], stream: true });
    for await (const { choices } of stream) answer.append(choices[0]?.delta.content ?? "");
  };
} catch (error) {
  if (!(error instanceof PronkError)) throw error;
  state.textContent = `${error.code}: ${error.message}`;
}
