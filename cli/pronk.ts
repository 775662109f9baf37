#!/usr/bin/env node
// `npx pronk COMMAND`: each command is a file of its own, which reads the flags after its name.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./built.ts";
import "./given-arguments.ts"; // before the name is taken off

const commands: Record<string, { says: string; run: () => Promise<unknown> }> = {
  generate: { says: "one prompt, answered on stdout", run: () => import("./generate.ts") },
  chat: { says: "a conversation in the terminal", run: () => import("./chat.ts") },
  serve: { says: "OpenAI's HTTP interface on localhost", run: () => import("./serve.ts") },
  plan: { says: "what a model takes on the GPU, without its weights", run: () => import("./plan.ts") },
  bench: { says: "how fast shapes of models are here", run: () => import("./bench.ts") },
  eval: { says: "perplexity, distance from another model, answers", run: () => import("./eval.ts") },
  models: { says: "what is kept of models, and delete NAME", run: () => import("./models.ts") },
};

// A browser that a command opened ends with this process, which Node's default handling of signals would not ensure.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => process.listenerCount(signal) > 1 || process.exit(1));

const [name = ""] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command) {
  process.argv.splice(2, 1);
  await command.run();
} else if (name === "--version") {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  console.log(version);
} else {
  const lines = Object.entries(commands).map(([known, { says }]) => `  ${known.padEnd(10)}${says}`);
  const help = `pronk COMMAND [--help]\n${lines.join("\n")}\n\nModels run in an installed browser (--runtime chromium or firefox), or in Node where the package "webgpu" is installed (--runtime node).`;
  const asked = ["", "help", "--help", "-h"].includes(name);
  console.error(asked ? help : `There is no command "${name.slice(0, 40)}".\n${help}`);
  process.exitCode = asked ? 0 : 1;
}
