// A hub repository at a pinned commit: its card and list of files from the hub's API, its bytes from resolve/. The hub's
// redirects to storage are followed anew for every range, so a signed address never has time to expire.

import { PronkError } from "../errors.ts";
import { onDemand } from "../on-demand.ts";
import { defaultHubUrl } from "./hub-origins.ts";
import type { RequestSubject } from "./http-errors.ts";
import { getJson } from "./http.ts";
import type { OpenOptions } from "./open-options.ts";
import { refuseNamed } from "./reference.ts";
import { remoteReader } from "./remote-reader.ts";
import type { ModelSource, SourceFile } from "./source.ts";
import { isMlcPath } from "./torch-names.ts";

const mostPages = 1000; // of a list of files

const webLlm = onDemand("reads what WebLLM has kept", () => import("./webllm-cache.ts"));

/** WebLLM's cache of weights on this origin; undefined where there is none. */
async function openWebLlmCache(): Promise<Cache | undefined> {
  const name = "webllm/model";
  try {
    return (await globalThis.caches?.has(name)) ? await caches.open(name) : undefined;
  } catch {
    return undefined; // no origin, or storage is refused
  }
}

export async function hubSource(
  { owner, name, revision = "HEAD", path: within = "" }: HubPlace,
  options: OpenOptions = {},
): Promise<ModelSource> {
  const { token, signal, patience, hubUrl = defaultHubUrl } = options;
  refuseNamed(hubUrl, "hubUrl");
  const hub = hubUrl.replace(/\/$/, "");
  const label = `${owner}/${name}`;
  const repository = { name: label, page: `${hub}/${label}`, hasToken: token !== undefined };
  const subject = (file: string, url: string): RequestSubject => ({ file, url, repository });
  const infoUrl = `${hub}/api/models/${label}/revision/${encodeURIComponent(revision)}`;
  const info = (await getJson(subject(label, infoUrl), { token, signal, patience })).body as HubModelInfo;
  if (typeof info?.sha !== "string")
    throw new PronkError("network", `The hub's answer for ${label} names no commit ("sha"). Load again later.`, {
      file: label,
      url: infoUrl,
      field: "sha",
    });
  const commit = info.sha;
  const treeUrl = `${hub}/api/models/${label}/tree/${commit}?recursive=true&expand=false`;
  const all = await listFiles(hub, treeUrl, (url) =>
    getJson(subject(`the list of files of ${label}`, url), { token, signal, patience }),
  );
  const { folder, files } = filesWithin(all, within);
  if (files.length === 0)
    throw new PronkError(
      "bad-request",
      `${label} has no file or folder "${within}" at ${commit}. Look at ${repository.page}.`,
      {
        field: "model",
        file: within,
      },
    );
  const at = (path: string) => (folder + path).split("/").map(encodeURIComponent).join("/");
  const reader = remoteReader(files, (path) => subject(path, `${hub}/${label}/resolve/${commit}/${at(path)}`), options);
  const cache = files.some(({ path }) => isMlcPath(path)) ? await openWebLlmCache() : undefined;
  return {
    id: `hub:${label}@${commit}${within ? `/${within}` : ""}`,
    label: within ? `${label}/${within}` : label,
    remote: true,
    card: readCard(info),
    files,
    ...reader,
    ...(cache && {
      read: (await webLlm()).readKept(cache, files, (path) => `${hub}/${label}/resolve/main/${at(path)}`, reader.read),
    }),
  };
}

export interface HubPlace {
  owner: string;
  name: string;
  revision?: string;
  /** A folder in the repository, or one weight file. */
  path?: string;
}

/**
 * The files of a folder, with paths relative to it; for a weight file, that file and those beside it except other weights.
 * `folder` is the prefix missing from the paths, ending in "/". Of the folder onnx/ it is the one above, if that has its configuration.
 */
function filesWithin(files: readonly SourceFile[], within: string): { folder: string; files: readonly SourceFile[] } {
  if (within === "") return { folder: "", files };
  const isFile = files.some((file) => file.path === within);
  const asked = isFile ? within.slice(0, within.lastIndexOf("/") + 1) : `${within.replace(/\/$/, "")}/`;
  const isAbove = /(^|\/)onnx\/$/.test(asked) && !files.some(({ path }) => path === `${asked}config.json`);
  const folder = isAbove ? asked.slice(0, -"onnx/".length) : asked;
  const isWeights = (path: string) =>
    /\.(safetensors|gguf|bin|pt|pth|safetensors\.index\.json|onnx([_.]data.*)?)$/i.test(path);
  const isOfIt = (path: string) => (isFile ? path.replace(/[_.]data(_\d+)?$/, "") === within : path.startsWith(asked));
  const wanted = ({ path }: SourceFile) => path.startsWith(folder) && (isOfIt(path) || !isWeights(path));
  return { folder, files: files.filter(wanted).map((file) => ({ ...file, path: file.path.slice(folder.length) })) };
}

interface HubModelInfo {
  sha?: unknown;
  gated?: unknown; // false, "auto" or "manual"
  cardData?: { license?: unknown; base_model?: unknown };
}

interface HubTreeEntry {
  type: string;
  path: string;
  size: number;
  /** Git's name for a file's bytes; with `lfs`, for its pointer's. */
  oid?: string;
  lfs?: { oid?: string; size?: number };
}

/**
 * Follows `Link: <...>; rel="next"`, but only at the hub that was asked, since the token goes along: a mirror may pass on
 * the address that its own hub gave, meaning the same page on the mirror.
 */
async function listFiles(
  hub: string,
  firstUrl: string,
  fetchPage: (url: string) => Promise<{ body: unknown; headers: Headers }>,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let url: string | undefined = firstUrl;
  for (let page = 0; url !== undefined && page < mostPages; page++) {
    const { body, headers } = await fetchPage(url);
    if (!Array.isArray(body))
      throw new PronkError("network", `The hub's list of files at ${url} is not a list. Load again later.`, { url });
    for (const entry of body as HubTreeEntry[]) if (entry.type === "file") files.push(toFile(entry));
    const next: string | undefined = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get("Link") ?? "")?.[1];
    const nextUrl: URL | undefined = next === undefined ? undefined : new URL(next, url);
    if (nextUrl === undefined) break;
    url = nextUrl.origin === new URL(hub).origin ? nextUrl.href : hub + nextUrl.pathname + nextUrl.search;
  }
  return files;
}

function toFile({ path, size, oid, lfs }: HubTreeEntry): SourceFile {
  if (!lfs) return { path, sizeBytes: size, ...hashIn("gitSha1", oid, 40) };
  return { path, sizeBytes: lfs.size ?? size, ...hashIn("sha256", lfs.oid?.replace(/^sha256:/, ""), 64) };
}

/** The hash under this name, if it is valid; repositories whose git uses SHA-256 have other ones. */
function hashIn(name: "sha256" | "gitSha1", hex: unknown, digits: number): Pick<SourceFile, "sha256" | "gitSha1"> {
  const isHash = typeof hex === "string" && hex.length === digits && /^[0-9a-f]+$/i.test(hex);
  return isHash ? { [name]: hex.toLowerCase() } : {};
}

function readCard({ gated, cardData }: HubModelInfo): ModelSource["card"] {
  const baseModel = [cardData?.base_model ?? []].flat().filter((item) => typeof item === "string");
  const license = [cardData?.license ?? []]
    .flat()
    .filter((item) => typeof item === "string")
    .join(", ");
  return {
    ...(license ? { license } : {}),
    ...(baseModel.length > 0 ? { baseModel } : {}),
    gated: gated !== undefined && gated !== false,
  };
}
