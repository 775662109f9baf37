// What a caller typed as a model -> where that is. Pure text: nothing is fetched or looked up.

import { PronkError } from "../errors.ts";

export type ParsedReference =
  | { kind: "hub"; owner: string; name: string; revision?: string; path?: string }
  /** A folder's address, ending in "/". */
  | { kind: "folder-url"; url: string }
  /** One weight file's address. */
  | { kind: "file-url"; url: string };

// owner/name[@revision][/file or folder]; a revision has slashes only as refs/pr/1 and refs/convert/name.
const hubName =
  /^([A-Za-z0-9][\w.-]*)\/([A-Za-z0-9][\w.-]*)(?:@(refs\/[\w.-]+\/[\w.-]+|[\w.-]+))?(?:\/((?!\.\.?\/)[\w .+-]+(?:\/(?!\.\.?\/)[\w .+-]+)*))?$/;

/** `baseUrl` resolves relative addresses (`./models/tiny/`); default the page's or worker's own. */
export function parseReference(reference: string, baseUrl: string | undefined = pageUrl()): ParsedReference {
  const text = reference.trim();
  const page = hubPage(text);
  if (page) return page;
  const hub = hubName.exec(text);
  if (hub) {
    const [, owner, name, revision, path] = hub;
    // Copied from an address: owner/name/tree/main.
    if (revision === undefined && /^(tree|blob|resolve|raw)\/./.test(path ?? "")) return hubPage(`${hubHost}/${text}`)!;
    return { kind: "hub", owner, name, ...(revision ? { revision } : {}), ...(path ? { path } : {}) };
  }
  refuseNamed(text, "model", baseUrl);
  const isAddress =
    /^https?:\/\//i.test(text) || /^(\.{0,2}\/)/.test(text) || (text.endsWith("/") && baseUrl !== undefined);
  if (!isAddress || !URL.canParse(text, baseUrl))
    throw new PronkError(
      "bad-request",
      `"${withoutQuery(reference)}" is not a model: name a hub repository (owner/name or owner/name@revision), a web address, or pick files.`,
      { field: "model", expected: "owner/name, a URL or files", found: withoutQuery(reference) },
    );
  const url = new URL(text, baseUrl);
  url.hash = "";
  if (/\.(bin|safetensors|gguf|onnx)$/i.test(url.pathname)) return { kind: "file-url", url: url.href };
  if (/\/((mlc-chat-)?config|model\.safetensors\.index|pytorch_model\.bin\.index)\.json$/.test(url.pathname))
    url.pathname = url.pathname.replace(/[^/]+$/, "");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { kind: "folder-url", url: url.href };
}

/**
 * Throws PronkError `bad-request` for an address with a name or password in it, which no page may fetch from; mistyped
 * addresses too, so that the error does not repeat the password.
 */
export function refuseNamed(text: string, field: "model" | "hubUrl", baseUrl?: string): void {
  const url = URL.canParse(text, baseUrl) ? new URL(text, baseUrl) : undefined;
  const isWeb = url && /^https?:$/.test(url.protocol);
  if (isWeb ? !url.username && !url.password : !/\/\/.*@|^[^/]*:.*@/s.test(text)) return;
  const use = isWeb ? `Use ${placeOf(url)} where that is open to all, or an` : "Use an";
  throw new PronkError(
    "bad-request",
    `A page may not fetch from an address with a name or password in it. ${use} address with a token in its query.`,
    { field, expected: "an address without a name and password", ...(isWeb ? { found: placeOf(url) } : {}) },
  );
}

/** One spelling for each reference: the key under which the store remembers what was typed, without its secrets. */
export function canonicalReference(parsed: ParsedReference): string {
  return parsed.kind === "hub" ? wholeReference(parsed) : withoutSecrets(parsed.url);
}

/**
 * The one spelling of a model's name or address, as the store has it: `owner/name[@revision][/file]` for each form of a hub
 * repository's address. Throws PronkError `bad-request`.
 */
export const nameOfModel = (reference: string): string => canonicalReference(parseReference(reference));

/** The reference in full, secrets included, as `parseReference` understands it without a base: for another thread. */
export function wholeReference(parsed: ParsedReference): string {
  if (parsed.kind !== "hub") return parsed.url;
  const { owner, name, revision, path } = parsed;
  return `${owner}/${name}${revision ? `@${revision}` : ""}${path ? `/${path}` : ""}`;
}

const signing =
  /^(x-(amz|goog|ms|oss|cos)-.*|response-.*|sig|signature|expires|key-pair-id|policy|.*accessid|.*accesskeyid)$/i;
const secret = /^((access|auth|private)[-_]?)?(token|key)$|^(auth|authorization|api[-_]?key|jwt|hmac|md5)$/i;
const signedBySas = /^(s[a-z]{1,2}|spr|sip|srt|sdd|sk[a-z]{1,4}|rsc[a-z])$/i; // beside Azure's "sig"

/** What is kept and compared: a signature changes from visit to visit, and nobody else may read it. */
export function withoutSecrets(address: string): string {
  const url = new URL(address);
  const isSas = url.searchParams.has("sig");
  for (const name of [...url.searchParams.keys()])
    if (signing.test(name) || secret.test(name) || (isSas && signedBySas.test(name))) url.searchParams.delete(name);
  return url.href;
}

/** What errors may show of an address: not its query, nor a name and password in it. */
export function placeOf(address: string | URL): string {
  if (!URL.canParse(address)) return withoutQuery(String(address));
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** What to open to read the bytes of the source with this id again; undefined for picked files. */
export function referenceOfSource(id: string): string | undefined {
  if (id.startsWith("hub:")) return id.slice("hub:".length);
  return id.startsWith("url:") ? id.slice("url:".length, id.lastIndexOf("@")) : undefined;
}

/**
 * A hub source's id, or a name that pins a commit, without the commit: this leads to the newest revision. A branch or tag is
 * kept. Undefined for anything that is not on a hub.
 */
export function newestOf(idOrName: string): string | undefined {
  const name = /^(url|files):/.test(idOrName) ? undefined : idOrName.replace(/^hub:/, "");
  const parsed = name === undefined ? undefined : parseReference(name);
  if (parsed?.kind !== "hub") return undefined;
  const { revision, ...rest } = parsed;
  const isPinned = idOrName.startsWith("hub:") || /^[0-9a-f]{40}$/.test(revision ?? "");
  return wholeReference(isPinned ? rest : parsed);
}

const hubHost = "huggingface.co";
const hubAddress = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/+([^?#]*)/i;

/**
 * What people copy: https://huggingface.co/owner/name[/tree/revision[/folder]], or blob or resolve and a file, with or
 * without https, at the short host too. Its other pages (discussions, commits) stand for the repository.
 */
function hubPage(text: string): ParsedReference | undefined {
  const path = hubAddress.exec(text)?.[1];
  if (path === undefined) return undefined;
  const [owner, named = "", view, ...rest] = path.replace(/\/+$/, "").split("/").map(decoded);
  const [name, ref] = named.split("@");
  const collections = ["datasets", "spaces", "collections", "docs", "papers", "models", "blog"];
  const tag = name.includes(":") ? " and has no tag: which of several weights to take is said apart (weights)" : "";
  if (!hubName.test(`${owner}/${named}`) || collections.includes(owner))
    throw new PronkError(
      "bad-request",
      `${withoutQuery(text).slice(0, 100)} is no repository of a model: its address ends in owner/name${tag}.`,
      { field: "model", expected: `${hubHost}/owner/name`, found: withoutQuery(text) },
    );
  if (ref) return hubPage([hubHost, owner, name, "tree", ref, view, ...rest].filter(Boolean).join("/"));
  if (view === undefined || !["tree", "blob", "resolve", "raw"].includes(view)) return { kind: "hub", owner, name };
  const [, revision, within] = /^(refs\/[^/]+\/[^/]+|[^/]*)(?:\/(.+))?$/.exec(rest.join("/"))!;
  return { kind: "hub", owner, name, ...(revision ? { revision } : {}), ...(within ? { path: within } : {}) };
}

/** For what may not be an address: everything before the query, in which there may be a token. */
const withoutQuery = (text: string) => text.replace(/[?#].*$/s, "");

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function pageUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}
