// A loopback hub, as seen from a browser: model info, a paged tree, resolve/ with a redirect to a storage origin whose
// signed addresses expire. Headers, codes and CORS as the hub and its storage send them. Faults can be switched on.

import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sendBytes, type HubFault } from "./hub-body.ts";

export interface HubRepository {
  files: ReadonlyMap<string, Uint8Array>;
  /** Default: made from the files. */
  commit?: string;
  license?: string;
  baseModel?: string[];
  /** Answers 401 without a token; 403 with any but this one. */
  gatedFor?: string;
}

export interface HubRequest {
  origin: "hub" | "storage";
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  /** Bytes [start, end) of the file that went into the connection, once a body has begun. */
  sent?: { start: number; end: number };
}

export interface HubServer extends AsyncDisposable {
  readonly url: string;
  readonly storageUrl: string;
  /** owner/name -> repository. Change it at any time. */
  readonly repositories: Map<string, HubRepository>;
  readonly faults: HubFault[];
  readonly requests: HubRequest[];
  /** The origin in links to further pages: another hub's address, as mirrors pass it through. */
  linksTo: string | undefined;
  /** Git's object id of every file, if not the true one. */
  oid: string | undefined;
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
  linksTo: string | undefined;
  oid: string | undefined;
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
    const record: HubRequest = { origin, method: request.method!, path, headers: request.headers };
    this.requests.push(record);
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
      if (fault?.kind === "redirect") return this.#redirect(bytes, path, response);
      const onSent = (start: number, end: number) => void (record.sent = { start, end });
      return sendBytes({ request, response, bytes, etag: sha256(bytes), fault, onSent });
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
    if (view === "revision") return sendJson(request, response, infoOf(name, commit, repository), fault);
    if (view === "tree") return sendJson(request, response, this.#tree(url, repository, response), fault);
    if (repository.gatedFor !== undefined && token !== repository.gatedFor)
      return refuse(response, token === undefined ? 401 : 403, "GatedRepo", `Access to model ${name} is restricted.`);
    const bytes = repository.files.get(file);
    if (!bytes) return refuse(response, 404, "EntryNotFound", "Entry not found");
    if (bytes.length < largeBytes) return sendBytes({ request, response, bytes, etag: sha256(bytes), fault });
    response.setHeader("X-Linked-Size", bytes.length);
    response.setHeader("X-Linked-ETag", `"${sha256(bytes)}"`);
    this.#redirect(bytes, `/${encodeURIComponent(file)}`, response);
  }

  /** To a freshly signed address of the storage. */
  #redirect(bytes: Uint8Array, path: string, response: ServerResponse): void {
    const signature = randomUUID();
    this.#signed.set(signature, bytes);
    const location = `${this.storageUrl}${path}?X-Amz-Expires=3600&X-Amz-Signature=${signature}`;
    response.writeHead(302, { Location: location }).end();
  }

  #tree(url: URL, repository: HubRepository, response: ServerResponse): object {
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const entries = [...repository.files].map(([path, bytes]) => ({
      type: "file",
      path,
      size: bytes.length,
      oid: this.oid ?? blobSha1(bytes),
      ...(bytes.length >= largeBytes ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } } : {}),
    }));
    if (start + pageLength < entries.length) {
      const next = new URL(url);
      next.searchParams.set("cursor", `${start + pageLength}`);
      const address = (this.linksTo ?? next.origin) + next.pathname + next.search;
      response.setHeader("Link", `<${address}>; rel="next"`);
    }
    return [{ type: "directory", path: "original", size: 0, oid: "0" }, ...entries.slice(start, start + pageLength)];
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

function refuse(response: ServerResponse, status: number, code: string | undefined, message: string): void {
  if (code) response.setHeader("X-Error-Code", code);
  response.setHeader("X-Error-Message", message);
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ error: message }));
}

function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown, fault?: HubFault): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  sendBytes({ request, response, bytes, type: "application/json", fault });
}

const known = new WeakMap<Uint8Array, string>(); // large files are hashed once

function sha256(bytes: Uint8Array): string {
  const hash = known.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  known.set(bytes, hash);
  return hash;
}

const blobSha1 = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

function commitOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha1");
  for (const [path, bytes] of files) hash.update(path).update(sha256(bytes));
  return hash.digest("hex");
}

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
