// Other people's servers, from PyPI wheels, on loopback with the shipped model: llama.cpp's (xllamacpp) and `transformers serve`,
// from the environment of python-environment.ts.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../cli/built.ts";
import { pythonPrograms, succeed } from "./python-environment.ts";

export interface RealServer extends AsyncDisposable {
  readonly endpoint: string;
}

const model = join(root, "public/models/tiny");
const startLimitMs = 5 * 60_000; // importing torch on a busy machine

/** `key`: the only one that it takes. */
export async function startLlamaServer(key: string): Promise<RealServer> {
  const bin = pythonPrograms();
  const file = join(tmpdir(), `pronk-tiny-${process.pid}.gguf`);
  succeed(join(bin, "python"), [join(root, "models/tiny/gguf_file.py"), "--out", file]);
  const child = spawn(join(bin, "python"), [join(root, "test/long/llama_server.py"), file, key]);
  const address = await said(child, /listening on (http:\/\/127\.0\.0\.1:\d+)/);
  return { endpoint: `${address}/v1`, [Symbol.asyncDispose]: () => ended(child) };
}

export async function startTransformersServer(): Promise<RealServer> {
  const port = await freePort();
  const child = spawn(join(pythonPrograms(), "transformers"), [
    "serve",
    model,
    "--host",
    "127.0.0.1",
    "--port",
    `${port}`,
  ]);
  const address = await said(child, /running on (http:\/\/127\.0\.0\.1:\d+)/);
  return { endpoint: `${address}/v1`, [Symbol.asyncDispose]: () => ended(child) };
}

/** What the pattern's group matches in the process's output. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string) => {
      child.kill("SIGKILL");
      reject(new Error(`${child.spawnargs.join(" ")} ${why}:\n${text.slice(-2000)}`));
    };
    const timer = setTimeout(() => fail("did not start"), startLimitMs);
    const hear = (data: Buffer) => {
      text += data.toString();
      const found = pattern.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => fail(`ended with ${code}`));
    child.once("error", (error) => fail(error.message));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
