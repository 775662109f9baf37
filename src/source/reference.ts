// What a caller typed as a model -> where that is. Pure text: nothing is fetched, nothing is looked up.

import { PronkError } from "../errors.ts";
import { defaultHubUrl } from "./hub-origins.ts";

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
  const hub = hubName.exec(text);
  if (hub) {
    const [, owner, name, revision, path] = hub;
    return { kind: "hub", owner, name, ...(revision ? { revision } : {}), ...(path ? { path } : {}) };
  }
  const isAddress =
    /^https?:\/\//i.test(text) || /^(\.{0,2}\/)/.test(text) || (text.endsWith("/") && baseUrl !== undefined);
  if (!isAddress || !URL.canParse(text, baseUrl))
    throw new PronkError(
      "bad-request",
      `"${reference}" is not a model: name a hub repository (owner/name or owner/name@revision), a web address, or pick files.`,
      { field: "model", expected: "owner/name, a URL or files", found: reference },
    );
  const url = new URL(text, baseUrl);
  const page = hubPage(url);
  if (page) return page;
  url.hash = "";
  if (/\.(bin|safetensors|gguf)$/i.test(url.pathname)) return { kind: "file-url", url: url.href };
  url.search = "";
  if (/\/(config|model\.safetensors\.index)\.json$/.test(url.pathname))
    url.pathname = url.pathname.replace(/[^/]+$/, "");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { kind: "folder-url", url: url.href };
}

/** One spelling for each reference: the key under which the store remembers what was typed. */
export function canonicalReference(parsed: ParsedReference): string {
  if (parsed.kind !== "hub") return parsed.url;
  const { owner, name, revision, path } = parsed;
  return `${owner}/${name}${revision ? `@${revision}` : ""}${path ? `/${path}` : ""}`;
}

/** What to open for the bytes of a source with this id once more; undefined for picked files. */
export function referenceOfSource(id: string): string | undefined {
  if (id.startsWith("hub:")) return id.slice("hub:".length);
  return id.startsWith("url:") ? id.slice("url:".length, id.lastIndexOf("@")) : undefined;
}

/** The address bar of a repository's page: https://huggingface.co/owner/name[/tree/revision]. */
function hubPage(url: URL): ParsedReference | undefined {
  if (url.origin !== defaultHubUrl) return undefined;
  const [, owner, name, view, ...rest] = url.pathname.replace(/\/$/, "").split("/");
  if (!owner || !name || (view !== undefined && view !== "tree" && view !== "blob")) return undefined;
  const [, revision, path] = /^(refs\/[^/]+\/[^/]+|[^/]*)(?:\/(.+))?$/.exec(rest.map(decodeURIComponent).join("/"))!;
  return { kind: "hub", owner, name, ...(revision ? { revision } : {}), ...(path ? { path } : {}) };
}

function pageUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}
