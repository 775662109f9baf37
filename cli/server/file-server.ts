// A static file server on loopback for the tools and tests: byte ranges, HEAD, ETag, several folders under one origin, a
// record of every request, and the policy header under which pronk promises to run. Not meant for the open internet.

import { createReadStream, readdirSync, type Stats, statSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import { parseRange } from "./http-range.ts";

/** Everything under `prefix` (which ends in a slash) comes from the folder `path`; else `path` is the one file there. */
export interface Mount {
  prefix: string;
  path: string;
}

export interface RequestRecord {
  method: string;
  path: string;
  range: string | undefined;
}

export interface FileServerOptions {
  mounts: Mount[];
  /** 0, the default, takes any free one. */
  port?: number;
  /** Sees every request first; true when it has answered it. For made-up failures in tests. */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  onRequest?: (record: RequestRecord) => void;
  /** Further origins that pages may fetch from, e.g. another loopback server. */
  connectSources?: readonly string[];
  /** A policy other than the one under which pronk promises to run; "" for none. */
  policy?: string;
}

export interface FileServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  /** All requests so far, in order. */
  readonly requests: RequestRecord[];
  close(): Promise<void>;
}

/** Where pages may fetch from: here, and the hub with its storage. */
const hubOrigins = ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co"];

const mediaTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
};

export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const { mounts, port = 0, answer, onRequest, connectSources = [] } = options;
  const requests: RequestRecord[] = [];
  const connect = ["'self'", ...hubOrigins, ...connectSources].join(" ");
  const promised = `default-src 'self'; connect-src ${connect}; object-src 'none'; base-uri 'none'`;
  const { policy = promised } = options;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const record = { method: request.method ?? "GET", path, range: request.headers.range };
    requests.push(record);
    onRequest?.(record);
    if (answer?.(request, response)) return;
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-expose-headers", "Accept-Ranges, Content-Length, Content-Range, ETag");
    if (policy) response.setHeader("content-security-policy", policy);
    response.setHeader("x-content-type-options", "nosniff");
    const file = fileAt(mounts, path);
    const listing = file ? undefined : listingAt(mounts, path);
    if (file) sendFile(request, response, file);
    else if (listing) response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(listing);
    else if (path === "/favicon.ico")
      response.writeHead(204).end(); // asked for by itself; not worth an error in the console
    else response.writeHead(404, { "content-type": "text/plain" }).end(`not found: ${path}\n`);
  });
  await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  const close = async () => {
    server.closeAllConnections();
    await new Promise<void>((done) => server.close(() => done()));
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, requests, close, [Symbol.asyncDispose]: close };
}

interface FoundFile {
  path: string;
  stats: Stats;
}

function fileAt(mounts: Mount[], requested: string): FoundFile | undefined {
  for (const place of placesOf(mounts, requested)) {
    if (isFile(place)) return found(place);
    if (requested.endsWith("/") && isFile(join(place, "index.html"))) return found(join(place, "index.html"));
  }
  return undefined;
}

/** Links to the files and folders of a folder, as web servers list them. */
function listingAt(mounts: Mount[], requested: string): string | undefined {
  const folder = requested.endsWith("/") ? placesOf(mounts, requested).find(isFolder) : undefined;
  if (!folder) return undefined;
  const names = readdirSync(folder).flatMap((name) =>
    isFile(join(folder, name)) ? [name] : isFolder(join(folder, name)) ? [`${name}/`] : [],
  );
  const escaped = (name: string) => encodeURIComponent(name).replaceAll("'", "%27").replace(/%2F$/, "/");
  return `<!doctype html><title>${requested}</title>${names.map((name) => `<a href="${escaped(name)}">${escaped(name)}</a>\n`).join("")}`;
}

/** Where a requested path may lie on disk. */
function placesOf(mounts: Mount[], requested: string): string[] {
  let path: string;
  try {
    path = decodeURIComponent(requested);
  } catch {
    return [];
  }
  if (path.includes("\0")) return [];
  return mounts.flatMap((mount) => {
    const root = resolve(mount.path);
    if (path === mount.prefix) return [root];
    if (!path.startsWith(mount.prefix)) return [];
    const place = resolve(root, `.${sep}${path.slice(mount.prefix.length)}`);
    return place === root || place.startsWith(root.endsWith(sep) ? root : root + sep) ? [place] : [];
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or below something that isn't a folder
  }
}

function found(path: string): FoundFile {
  return { path, stats: statSync(path) };
}

function sendFile(request: IncomingMessage, response: ServerResponse, { path, stats }: FoundFile): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const headers = { allow: "GET, HEAD, OPTIONS", "access-control-allow-headers": "Range, If-Range, Authorization" };
    response.writeHead(request.method === "OPTIONS" ? 204 : 405, headers).end();
    return;
  }
  const etag = `"${stats.size.toString(36)}-${Math.trunc(stats.mtimeMs).toString(36)}"`;
  const type = mediaTypes[extname(path)] ?? "application/octet-stream";
  response.setHeader("content-type", type);
  response.setHeader("etag", etag);
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("service-worker-allowed", "/");
  // Pages and service workers must never be stale; the rest is asked for again with its ETag.
  response.setHeader("cache-control", type.startsWith("text/html") ? "no-store" : "no-cache");
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  const ifRange = request.headers["if-range"];
  const range = ifRange && ifRange !== etag ? undefined : parseRange(request.headers.range, stats.size);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${stats.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: stats.size };
  response.setHeader("content-length", end - start);
  if (range) response.setHeader("content-range", `bytes ${start}-${end - 1}/${stats.size}`);
  response.writeHead(range ? 206 : 200);
  if (request.method === "HEAD" || start === end) response.end();
  else
    createReadStream(path, { start, end: end - 1 })
      .on("error", () => response.destroy())
      .pipe(response);
}
