// A web server on another origin that packs with gzip unless asked to leave the bytes as they are, gives the length of the
// packed body, and shows pages of other origins only the headers that every page may see.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface PackingProxy extends AsyncDisposable {
  origin: string;
  /** What was sent packed: method and name. */
  packed: string[];
}

/** Serves `files` under /folder/. */
export async function startPackingProxy(files: ReadonlyMap<string, Uint8Array>): Promise<PackingProxy> {
  const packed: string[] = [];
  const server = createServer(({ url, method, headers }, response) => {
    const name = decodeURIComponent(new URL(url!, "http://x").pathname).replace("/folder/", "");
    response.setHeader("Access-Control-Allow-Origin", "*");
    const bytes = files.get(name);
    if (!bytes) return void response.writeHead(404).end();
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
    const end = range?.[2] ? Number(range[2]) + 1 : bytes.length;
    let body = bytes.subarray(Number(range?.[1] ?? 0), end);
    if (range) response.setHeader("Content-Range", `bytes ${range[1]}-${end - 1}/${bytes.length}`);
    else if (headers["accept-encoding"]?.includes("gzip")) {
      packed.push(`${method} ${name}`);
      response.setHeader("Content-Encoding", "gzip");
      body = gzipSync(body);
    }
    response.writeHead(range ? 206 : 200, { "Content-Length": body.length });
    response.end(method === "HEAD" ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    packed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
