// `pronk serve`: OpenAI's HTTP interface on this machine, over one engine, until a signal ends it.

import { PronkError } from "../src/errors.ts";
import { tellFailure } from "./engine-failure.ts";
import { startLocalServer } from "./local-server.ts";
import { openUsage, readOpenFlags } from "./open-flags.ts";
import { openEngine } from "./opened-engine.ts";

const usage = `pronk serve ${openUsage}
  [--port 8080] [--cors https://ORIGIN]`;

const log = (line: string) => console.error(line);
console.log = console.info = console.debug = console.error;

try {
  const read = readOpenFlags(
    process.argv.slice(2),
    { port: { type: "string" }, cors: { type: "string" } },
    "pronk serve",
  );
  if (read) {
    const port = Number(read.values.port ?? 8080);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new PronkError("bad-request", `--port: expected 0 to 65535; found ${String(read.values.port)}.`);
    const engine = await openEngine(read.flags, log);
    const server = await startLocalServer((request) => engine.fetch(request), { port, cors: read.values.cors, log });
    log(`${engine.info.model} answers at ${server.origin}/v1 (Ctrl-C ends it)`);
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    });
    await Promise.race([stopped, engine.ended]).finally(() => {
      server.close();
      return engine[Symbol.asyncDispose]();
    });
  } else console.error(usage);
} catch (error) {
  console.error(tellFailure(error));
  process.exit(1);
}
process.exit(0); // Dawn in Node keeps the process alive
