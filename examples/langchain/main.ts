// Questions about your own notes, by LangChain: the notes most like the question go into the prompt. Embeddings and answer are
// made on this device.

import { ChatPromptTemplate } from "@langchain/core/prompts";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { createEngine } from "pronk";

const out = document.querySelector("pre")!;
const model = new URLSearchParams(location.search).get("model") ?? "HuggingFaceTB/SmolLM2-360M-Instruct";
const notes = [
  "The garage opens with the small key on the blue ring.",
  "A pronk is the leap of a springbok that is pleased with itself.",
  "Ana comes on Friday and does not eat fish.",
];
const question = "What is a pronk?";

await using engine = await createEngine(model);
const configuration = { baseURL: "http://local/v1", fetch: engine.fetch, dangerouslyAllowBrowser: true };
const embeddings = new OpenAIEmbeddings({ model: "-", apiKey: "-", configuration });
const chat = new ChatOpenAI({ model: "-", apiKey: "-", configuration, temperature: 0, maxTokens: 60 });

const vectors = await embeddings.embedDocuments(notes);
const asked = await embeddings.embedQuery(question);
const likeness = vectors.map((vector) => vector.reduce((sum, value, at) => sum + value * asked[at], 0)); // of unit length
const nearest = notes
  .map((note, at) => ({ note, likeness: likeness[at] }))
  .sort((a, b) => b.likeness - a.likeness)
  .slice(0, 2);
for (const found of nearest) out.append(`${found.likeness.toFixed(3)}  ${found.note}\n`);

const prompt = ChatPromptTemplate.fromMessages([["user", "Notes:\n{notes}\n\nAnswer from these notes: {question}"]]);
const answer = await prompt.pipe(chat).invoke({ notes: nearest.map(({ note }) => note).join("\n"), question });
out.append(answer.text);
out.dataset.done = "";
