// `pronk chat`: a conversation in the terminal. Ctrl-C ends an answer, /new forgets the conversation, Ctrl-D or /quit leaves.

import { createInterface } from "node:readline/promises";
import { tellFailure } from "./engine-failure.ts";
import { openUsage, readOpenFlags } from "./open-flags.ts";
import { openEngine, type OpenedEngine } from "./opened-engine.ts";

const usage = `pronk chat ${openUsage}
  [--system TEXT] [--temperature T] [--top-p P] [--seed S] [--max-tokens N]`;

interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

const write = (text: string) => void process.stdout.write(text);
console.log = console.info = console.debug = console.error; // whatever a library says, stdout stays clean

try {
  const text = { type: "string" } as const;
  const own = { system: text, temperature: text, "top-p": text, seed: text, "max-tokens": text } as const;
  const read = readOpenFlags(process.argv.slice(2), own, "pronk chat");
  if (read) {
    const { system, temperature, "top-p": topP, seed, "max-tokens": most } = read.values;
    const number = (given: unknown) => (given === undefined ? undefined : Number(given));
    const settings = { temperature: number(temperature), top_p: number(topP), seed: number(seed), max_tokens: number(most) }; // prettier-ignore
    await using engine = await openEngine(read.flags, (line) => console.error(line));
    await Promise.race([talk(engine, settings, system), engine.ended]);
  } else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0); // Dawn in Node keeps the process alive

async function talk(engine: OpenedEngine, settings: object, system: string | undefined): Promise<void> {
  const begin: Message[] = system === undefined ? [] : [{ role: "system", content: system }];
  let messages = [...begin];
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: process.stdin.isTTY });
  let answering: AbortController | undefined;
  lines.on("SIGINT", () => (answering ? answering.abort() : lines.close()));
  const prompt = () => process.stdin.isTTY && lines.prompt();
  lines.setPrompt("> ");
  prompt();
  for await (const line of lines) {
    const said = line.trim();
    if (said === "/quit") break;
    if (said === "/new") messages = [...begin];
    else if (said !== "") {
      answering = new AbortController();
      const asked: Message[] = [...messages, { role: "user", content: said }];
      const answer = await ask(engine, { ...settings, messages: asked }, answering.signal);
      if (answer !== undefined) messages = [...asked, { role: "assistant", content: answer }];
      answering = undefined;
    }
    prompt();
  }
}

/** Prints the answer as it comes, thoughts to stderr. Undefined where the request was refused. */
async function ask(engine: OpenedEngine, request: object, signal: AbortSignal): Promise<string | undefined> {
  let answer = "";
  try {
    const response = await engine.fetch({
      path: "/v1/chat/completions",
      method: "POST",
      headers: [["content-type", "application/json"]],
      body: JSON.stringify({ ...request, stream: true }),
      signal,
    });
    let held = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const events = (held + text).split("\n\n");
      held = events.pop()!;
      for (const event of events) {
        const data = event.replace(/^data: /, "");
        if (data === "[DONE]") continue;
        const { choices, error } = JSON.parse(data) as Chunk;
        if (error) throw new Error(error.message);
        const { content, reasoning_content: thought } = choices[0]?.delta ?? {};
        if (thought) process.stderr.write(thought);
        if (content) write(content);
        answer += content ?? "";
      }
    }
    if (response.status !== 200) throw new Error((JSON.parse(held) as Chunk).error!.message);
  } catch (error) {
    if (!signal.aborted) {
      console.error((error as Error).message);
      return answer === "" ? undefined : answer;
    }
  }
  write("\n");
  return answer;
}

interface Chunk {
  choices: { delta: { content?: string; reasoning_content?: string } }[];
  error?: { message: string };
}
