// A hub repository at a pinned commit: its card and list of files by the hub's API, its bytes by resolve/. The hub's
// redirects to storage are followed anew for every range, so a signed address never has time to expire.

import { PronkError } from "../errors.ts";
import { defaultHubUrl } from "./hub-origins.ts";
import type { RequestSubject } from "./http-errors.ts";
import { getJson } from "./http.ts";
import { readRange } from "./http-range.ts";
import type { OpenOptions } from "./open-source.ts";
import { checkRead } from "./read-limit.ts";
import type { ModelSource, SourceFile } from "./source.ts";

const mostPages = 1000; // of a list of files

export async function hubSource(
  { owner, name, revision = "HEAD" }: { owner: string; name: string; revision?: string },
  { token, signal, hubUrl = defaultHubUrl }: OpenOptions = {},
): Promise<ModelSource> {
  const hub = hubUrl.replace(/\/$/, "");
  const label = `${owner}/${name}`;
  const repository = { name: label, page: `${hub}/${label}`, hasToken: token !== undefined };
  const subject = (file: string, url: string): RequestSubject => ({ file, url, repository });
  const infoUrl = `${hub}/api/models/${label}/revision/${encodeURIComponent(revision)}`;
  const info = (await getJson(subject(label, infoUrl), { token, signal })).body as HubModelInfo;
  if (typeof info?.sha !== "string")
    throw new PronkError("network", `The hub's answer for ${label} names no commit ("sha"). Load again later.`, {
      file: label,
      url: infoUrl,
      field: "sha",
    });
  const commit = info.sha;
  const treeUrl = `${hub}/api/models/${label}/tree/${commit}?recursive=true&expand=false`;
  const files = await listFiles(treeUrl, (url) =>
    getJson(subject(`the list of files of ${label}`, url), { token, signal }),
  );
  return {
    id: `hub:${label}@${commit}`,
    label,
    remote: true,
    card: readCard(info),
    files,
    async read(path, start, end, options) {
      const { sizeBytes } = checkRead(files, path, start, end);
      const url = `${hub}/${label}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
      return readRange({ subject: subject(path, url), start, end, sizeBytes, token }, options);
    },
  };
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
  lfs?: { oid?: string; size?: number };
}

/** Follows `Link: <...>; rel="next"`, on the hub's own origin only: the token goes along. */
async function listFiles(
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
    url = nextUrl?.origin === new URL(firstUrl).origin ? nextUrl.href : undefined;
  }
  return files;
}

function toFile({ path, size, lfs }: HubTreeEntry): SourceFile {
  const sha256 = lfs?.oid?.replace(/^sha256:/, "").toLowerCase();
  return { path, sizeBytes: lfs?.size ?? size, ...(sha256 && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {}) };
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
