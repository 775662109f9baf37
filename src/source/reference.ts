// What a caller typed as a model -> where that is. Pure text: nothing is fetched, nothing is looked up.

import { PronkError } from "../errors.ts";
import { defaultHubUrl } from "./hub-origins.ts";

export type ParsedReference =
  | { kind: "hub"; owner: string; name: string; revision?: string }
  /** A folder's address, ending in "/". */
  | { kind: "folder-url"; url: string }
  /** One weight file's address. */
  | { kind: "file-url"; url: string };

const hubName = /^([A-Za-z0-9][\w.-]*)\/([A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?$/;

/** `baseUrl` resolves relative addresses (`./models/tiny/`); default the page's or worker's own. */
export function parseReference(reference: string, baseUrl: string | undefined = pageUrl()): ParsedReference {
  const text = reference.trim();
  const hub = hubName.exec(text);
  if (hub) return { kind: "hub", owner: hub[1], name: hub[2], ...(hub[3] ? { revision: hub[3] } : {}) };
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
  return `${parsed.owner}/${parsed.name}${parsed.revision ? `@${parsed.revision}` : ""}`;
}

/** The address bar of a repository's page: https://huggingface.co/owner/name[/tree/revision]. */
function hubPage(url: URL): ParsedReference | undefined {
  if (url.origin !== defaultHubUrl) return undefined;
  const [, owner, name, view, ...rest] = url.pathname.replace(/\/$/, "").split("/");
  if (!owner || !name || (view !== undefined && view !== "tree" && view !== "blob")) return undefined;
  const revision = view === "tree" ? decodeURIComponent(rest.join("/")) : view === "blob" ? rest[0] : undefined;
  return { kind: "hub", owner, name, ...(revision ? { revision } : {}) };
}

function pageUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}
