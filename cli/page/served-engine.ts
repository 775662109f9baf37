// One engine in the page answers the requests that the command gets over HTTP. Answers go back piece by piece, each when the one
// before has been taken.

import type { Engine, EngineOptions } from "../../src/index.ts";

/** An engine's own options, as data, and where a tokenizer file is for models that come without. */
export interface OpenOrder {
  model: string;
  tokenizer?: { name: string; url: string };
  options: Pick<EngineOptions, "quantize" | "weights" | "kv" | "contextLength" | "without" | "store">;
}

export interface FetchOrder {
  /** The request's number, among the command's. */
  request: number;
  path: string;
  method: string;
  headers: [string, string][];
  body?: string;
}

/** What is sent back, in this order. */
export type AnswerPiece = { head: { status: number; headers: [string, string][] } } | { text: string };

let engine: Engine | undefined;
const leaving = new Map<number, AbortController>();

export async function openEngine({ model, tokenizer, options }: OpenOrder) {
  const { createEngine } = await library();
  await engine?.unload();
  const file = tokenizer && new Uint8Array(await (await fetch(tokenizer.url)).arrayBuffer());
  engine = await createEngine(model, {
    ...options,
    tokenizer: file && { name: tokenizer.name, bytes: file },
    onProgress: ({ phase, loadedBytes, totalBytes }) =>
      console.info(JSON.stringify({ phase, loadedBytes, totalBytes })),
  });
  return engine.info;
}

export async function answerRequest(token: string, order: FetchOrder): Promise<void> {
  const { request, path, method, headers, body } = order;
  const left = new AbortController();
  leaving.set(request, left);
  const send = async (piece: AnswerPiece) => {
    const taken = await fetch(`/orders/${token}/answer/${request}`, { method: "POST", body: JSON.stringify(piece) });
    if (!taken.ok) left.abort();
  };
  try {
    const response = await engine!.fetch(`http://localhost${path}`, { method, headers, body, signal: left.signal });
    await send({ head: { status: response.status, headers: [...response.headers] } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await reader?.read(); read && !read.done; read = await reader!.read()) {
      await send({ text: read.value });
      if (left.signal.aborted) return void (await reader!.cancel());
    }
  } finally {
    leaving.delete(request);
  }
}

/** The client is gone. */
export const leaveRequest = (request: number): void => leaving.get(request)?.abort();

export async function storedModels() {
  return (await library()).models.list();
}

export async function deleteStored(id: string): Promise<number> {
  const { models, deleteModel } = await library();
  const found = (await models.list()).filter((model) => model.id === id || model.label === id);
  for (const model of found) await deleteModel(model.id);
  return found.length;
}

/** Loaded from where the server puts it, not bundled: what runs is what npm ships. */
function library(): Promise<typeof import("../../src/index.ts")> {
  return import(/* @vite-ignore */ new URL("../lib/index.js", location.href).href);
}
