// A loopback hub, as seen from a browser: model info, a paged tree, resolve/ with a redirect to a storage origin whose
// signed addresses expire. Headers, codes and CORS as the hub and its storage send them. Faults can be switched on.

import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface HubRepository {
  files: ReadonlyMap<string, Uint8Array>;
  /** Default: made from the files. */
  commit?: string;
  license?: string;
  baseModel?: string[];
  /** Answers 401 without a token; 403 with any but this one. */
  gatedFor?: string;
}

export interface HubFault {
  /** Which requests: a part of their path. */
  path: string;
  /** How many such requests pass before it begins. */
  after?: number;
  /** How many times; default always. */
  times?: number;
  /**
   * `truncate`: end the body early; `break`: cut the connection; `expire`: storage says 403; `no-range`: 200 for a range;
   * `stall`: never answer; `stall-body`: go silent after some bytes; `drip`: a little at a time; `etag`: another version;
   * `wrong-bytes`: one bit of the body; `wrong-length`: a size one larger than it is; `gzip`: packed on the way.
   */
  kind:
    | "status"
    | "truncate"
    | "break"
    | "expire"
    | "no-range"
    | "stall"
    | "stall-body"
    | "drip"
    | "etag"
    | "wrong-bytes"
    | "wrong-length"
    | "gzip";
  status?: number;
  /** Of a body, before it is truncated, broken or silent. */
  afterBytes?: number;
  /** Seconds of Retry-After, or a date; default a hundredth of a second. */
  retryAfter?: string;
}

export interface HubRequest {
  origin: "hub" | "storage";
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
}

export interface HubServer extends AsyncDisposable {
  readonly url: string;
  readonly storageUrl: string;
  /** owner/name -> repository. Change it at any time. */
  readonly repositories: Map<string, HubRepository>;
  readonly faults: HubFault[];
  readonly requests: HubRequest[];
  close(): Promise<void>;
}

const pageLength = 3; // files in a page of the tree: short, so that every list is paged
const largeBytes = 4096; // from here on files come from storage

export async function startHub(repositories: Iterable<readonly [string, HubRepository]> = []): Promise<HubServer> {
  const hub = new Hub(new Map(repositories));
  await hub.open();
  return hub;
}

class Hub implements HubServer {
  readonly repositories: Map<string, HubRepository>;
  readonly faults: HubFault[] = [];
  readonly requests: HubRequest[] = [];
  url = "";
  storageUrl = "";
  readonly main = createServer((request, response) => this.#serve("hub", request, response));
  readonly storage = createServer((request, response) => this.#serve("storage", request, response));
  readonly #signed = new Map<string, Uint8Array>(); // signature -> file

  constructor(repositories: Map<string, HubRepository>) {
    this.repositories = repositories;
  }

  /** Listens on free ports; the addresses stay known after `close`, for tests of being offline. */
  async open(): Promise<void> {
    await Promise.all([listen(this.main), listen(this.storage)]);
    this.url = addressOf(this.main);
    this.storageUrl = addressOf(this.storage);
  }

  async close(): Promise<void> {
    for (const server of [this.main, this.storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serve(origin: "hub" | "storage", request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, origin === "hub" ? this.url : this.storageUrl);
    const path = decodeURIComponent(url.pathname);
    this.requests.push({ origin, method: request.method!, path, headers: request.headers });
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (request.method === "OPTIONS") return this.#preflight(origin, response);
    const fault = this.#takeFault(`${origin}:${path}`);
    if (fault?.kind === "status") {
      response.setHeader("Retry-After", fault.retryAfter ?? "0.01");
      return refuse(response, fault.status ?? 500, undefined, "fault");
    }
    if (fault?.kind === "stall") return;
    if (origin === "storage") {
      const bytes = this.#signed.get(url.searchParams.get("X-Amz-Signature") ?? "");
      if (!bytes || fault?.kind === "expire") return refuse(response, 403, undefined, "Request has expired");
      response.setHeader(
        "Access-Control-Expose-Headers",
        "Accept-Ranges, Content-Encoding, Content-Range, Content-Type, Content-Disposition, ETag, X-Cache",
      );
      return sendBytes(request, response, bytes, fault);
    }
    response.setHeader(
      "Access-Control-Expose-Headers",
      "X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag",
    );
    return this.#hub(url, path, request, response, fault);
  }

  /** The hub allows Authorization; storage allows neither that nor Range, so a preflight to it fails. */
  #preflight(origin: "hub" | "storage", response: ServerResponse): void {
    response.setHeader(
      "Access-Control-Allow-Headers",
      origin === "hub"
        ? "Authorization, Range, Content-Type"
        : "Content-Range, Content-Type, Content-Disposition, ETag",
    );
    response.writeHead(204).end();
  }

  #hub(url: URL, path: string, request: IncomingMessage, response: ServerResponse, fault: HubFault | undefined): void {
    const match =
      /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)(?:\/.*)?$/.exec(path) ??
      /^\/([^/]+\/[^/]+)\/(resolve)\/([^/]+)\/(.+)$/.exec(path);
    if (!match) return refuse(response, 404, undefined, "Sorry, we can't find the page you are looking for.");
    const [, name, view, revision, file] = match;
    const repository = this.repositories.get(name);
    if (!repository) return refuse(response, 401, "RepoNotFound", "Repository not found");
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const commit = repository.commit ?? commitOf(repository.files);
    if (!["HEAD", "main", commit].includes(revision))
      return refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${revision}`);
    if (view === "revision") return sendJson(response, infoOf(name, commit, repository));
    if (view === "tree") return this.#tree(url, repository, response);
    if (repository.gatedFor !== undefined && token !== repository.gatedFor)
      return refuse(response, token === undefined ? 401 : 403, "GatedRepo", `Access to model ${name} is restricted.`);
    const bytes = repository.files.get(file);
    if (!bytes) return refuse(response, 404, "EntryNotFound", "Entry not found");
    if (bytes.length < largeBytes) return sendBytes(request, response, bytes, fault);
    const signature = randomUUID();
    this.#signed.set(signature, bytes);
    response.setHeader("X-Linked-Size", bytes.length);
    response.setHeader("X-Linked-ETag", `"${sha256(bytes)}"`);
    response
      .writeHead(302, {
        Location: `${this.storageUrl}/${encodeURIComponent(file)}?X-Amz-Expires=3600&X-Amz-Signature=${signature}`,
      })
      .end();
  }

  #tree(url: URL, repository: HubRepository, response: ServerResponse): void {
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const entries = [...repository.files].map(([path, bytes]) => ({
      type: "file",
      path,
      size: bytes.length,
      oid: createHash("sha1").update(bytes).digest("hex"),
      ...(bytes.length >= largeBytes ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } } : {}),
    }));
    if (start + pageLength < entries.length) {
      const next = new URL(url);
      next.searchParams.set("cursor", `${start + pageLength}`);
      response.setHeader("Link", `<${next.href}>; rel="next"`);
    }
    sendJson(response, [
      { type: "directory", path: "original", size: 0, oid: "0" },
      ...entries.slice(start, start + pageLength),
    ]);
  }

  #takeFault(path: string): HubFault | undefined {
    const fault = this.faults.find((candidate) => path.includes(candidate.path) && candidate.times !== 0);
    if (fault?.after) {
      fault.after--;
      return undefined;
    }
    if (fault?.times !== undefined) fault.times--;
    return fault;
  }
}

function infoOf(name: string, commit: string, repository: HubRepository) {
  const { files, license, baseModel, gatedFor } = repository;
  return {
    id: name,
    sha: commit,
    gated: gatedFor === undefined ? false : "manual",
    cardData: { ...(license ? { license } : {}), ...(baseModel ? { base_model: baseModel } : {}) },
    siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
  };
}

/** A body, or a part of it for a Range of the form bytes=a-b or bytes=a-. */
function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array, fault?: HubFault): void {
  const range = fault?.kind === "no-range" ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("ETag", `"${sha256(bytes)}${fault?.kind === "etag" ? "-new" : ""}"`);
  response.setHeader("Content-Type", "application/octet-stream");
  if (range && start >= bytes.length) {
    response.setHeader("Content-Range", `bytes */${bytes.length}`);
    response.writeHead(416).end();
    return;
  }
  const told = bytes.length + (fault?.kind === "wrong-length" ? 1 : 0);
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end - 1}/${told}`);
  let body = bytes.subarray(start, end);
  if (fault?.kind === "wrong-bytes") (body = body.slice())[Math.floor(body.length / 2)] ^= 4;
  if (fault?.kind === "gzip") {
    response.setHeader("Content-Encoding", "gzip");
    body = gzipSync(body);
  }
  if (fault?.kind !== "truncate") response.setHeader("Content-Length", body.length); // without it an early end is no error
  response.writeHead(range ? 206 : 200);
  if (request.method === "HEAD") response.end();
  else if (fault?.kind === "drip") void drip(response, body);
  else if (!fault || !cutting.has(fault.kind) || (fault.afterBytes ?? 0) >= body.length) response.end(body);
  else
    response.write(body.subarray(0, fault.afterBytes ?? Math.floor(body.length / 2)), () => {
      if (fault.kind === "break") response.destroy();
      if (fault.kind === "truncate") response.end();
    });
}

const cutting = new Set<HubFault["kind"]>(["truncate", "break", "stall-body"]);

async function drip(response: ServerResponse, body: Uint8Array): Promise<void> {
  const pieceBytes = Math.ceil(body.length / 20);
  for (let at = 0; at < body.length && !response.destroyed; at += pieceBytes) {
    response.write(body.subarray(at, at + pieceBytes));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  response.end();
}

function refuse(response: ServerResponse, status: number, code: string | undefined, message: string): void {
  if (code) response.setHeader("X-Error-Code", code);
  response.setHeader("X-Error-Message", message);
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

const known = new WeakMap<Uint8Array, string>(); // large files are hashed once

function sha256(bytes: Uint8Array): string {
  const hash = known.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  known.set(bytes, hash);
  return hash;
}

function commitOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha1");
  for (const [path, bytes] of files) hash.update(path).update(sha256(bytes));
  return hash.digest("hex");
}

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
