// A folder on some web server, or one file of it. If the server lists the folder, its names are used; otherwise the names
// that a checkpoint usually has are tried (unlisted-folder.ts). A single-page application's server answers every name with
// its page, which must not be taken for the file. An address's query (a signature, a token) goes along with every file of
// the folder: it may be good for one of them or for all. A 403 where a file may well be absent counts as absent, since
// storage answers so for what its signature does not cover and for what is not there; for a required file it is an error.
// Ids, labels and messages omit the query; the part of it that is no secret distinguishes two files at one path.

import { PronkError } from "../errors.ts";
import { parseJson } from "../json-bytes.ts";
import { fingerprint } from "./fingerprint.ts";
import { weightParts, listedFiles, listedWeights } from "./folder-listing.ts";
import { get, getWhole } from "./http.ts";
import type { OpenOptions } from "./open-options.ts";
import { checkRead, maxWholeBytes } from "./read-limit.ts";
import { remoteReader } from "./remote-reader.ts";
import { placeOf, withoutSecrets } from "./reference.ts";
import type { ModelSource, SourceFile } from "./source.ts";
import { isMlcPath, isTorchPath, mlcConfig, mlcLists, torchIndex, torchWhole } from "./torch-names.ts";
import { askForCompanions, namesPacked } from "./unlisted-folder.ts";
import { askForMlc } from "./mlc-folder.ts";

const optionalNames = `generation_config.json tokenizer.json tokenizer.model tokenizer_config.json
  special_tokens_map.json chat_template.jinja params.json quantize_config.json quant_config.json README.md LICENSE LICENSE.txt LICENSE.md USE_POLICY.md`.split(
  /\s+/,
);
const indexName = "model.safetensors.index.json";
const absent = [403, 404, 410];
const absentIfNamed = [404, 410];

export async function folderUrlSource(folderUrl: string, options: OpenOptions = {}): Promise<ModelSource> {
  return openFolder(new URL(folderUrl), undefined, options);
}

/** One weight file: llama2.c's .bin and a GGUF stand alone; a .safetensors or torch's has its configuration beside it. */
export async function fileUrlSource(fileUrl: string, options: OpenOptions = {}): Promise<ModelSource> {
  const url = new URL(fileUrl);
  const name = decodeURIComponent(url.pathname.split("/").at(-1)!);
  if (!/\.bin$/i.test(name) || isTorchPath(name) || isMlcPath(name)) {
    const folder = new URL("./", url);
    folder.search = url.search;
    return openFolder(folder, isMlcPath(name) ? undefined : weightParts(name), options);
  }
  const file = await probeWeights(fileUrl, name, options, absentIfNamed);
  if (!file) throw missing(name, fileUrl);
  return toSource(url, name, [file], new Map(), () => fileUrl, options);
}

async function openFolder(folder: URL, weightFiles: string[] | undefined, options: OpenOptions): Promise<ModelSource> {
  const { search } = folder;
  const at = (path: string) => placeOf(folder) + path.split("/").map(encodeURIComponent).join("/") + search;
  const whole = new Map<string, Uint8Array>(); // what had to be read to know that it exists; small
  const fetchWhole = async (name: string) => {
    const bytes = await probeWhole(at(name), name, options);
    if (bytes) whole.set(name, bytes);
    return bytes;
  };
  const ofCaller = options.folder && (await fetchWhole(options.folder.config)) ? options.folder.weights : undefined;
  if (ofCaller) {
    let file: SourceFile | undefined;
    for (const name of ofCaller) file ??= await probeWeights(at(name), name, options, absent);
    const files = [...[...whole].map(([path, bytes]) => ({ path, sizeBytes: bytes.length })), ...(file ? [file] : [])];
    return toSource(folder, labelOf(folder), files, whole, at, options);
  }
  const config = await fetchWhole("config.json"); // first, so that a server's failure is reported for a required file
  const listed = weightFiles ? [] : await listFolder(folder.href, options);
  // ONNX files may have their configuration in the folder above.
  const graphs = (weightFiles ?? listedWeights(listed)).filter((name) => /^[^/]+\.onnx/i.test(name));
  if (!config && graphs.length > 0 && folder.pathname.endsWith("/onnx/")) {
    const above = new URL(folder.pathname.replace(/onnx\/$/, "") + search, folder);
    return openFolder(above, graphs.map((name) => `onnx/${name}`), options); // prettier-ignore
  }
  if (listed.includes("onnx/") && listedWeights(listed).length === 0)
    listed.push(...(await listFolder(at("onnx/"), options)).map((name) => `onnx/${name}`));
  const has = (name: string) => listed.length === 0 || listed.includes(name);
  const mayBeMlc = !weightFiles && (listed.length > 0 ? listed.includes(mlcConfig) : !config);
  const shards = mayBeMlc ? await askForMlc((name) => (has(name) ? fetchWhole(name) : undefined)) : undefined;
  const inListing = shards ? [] : listedWeights(listed);
  const standsAlone = weightFiles?.some((name) => /\.gguf$/i.test(name));
  if (!config && !standsAlone && !shards && inListing.length === 0) {
    await probeWhole(at("config.json"), "config.json", options, absentIfNamed); // throws if it was refused
    throw missing("config.json", at("config.json"));
  }
  const probe = (name: string, accept: readonly number[]) => probeWeights(at(name), name, options, accept);
  // What a listing does not show is not asked for: each 404 is a red line in the browser's console. Without a listing the
  // single file goes first, as in transformers.
  const isUnlisted = !weightFiles && !shards && listed.length === 0;
  let alone = isUnlisted ? await probe("model.safetensors", absent) : undefined;
  const asksForIndex = !weightFiles && !shards && !alone && has(indexName);
  let index = asksForIndex ? await fetchWhole(indexName) : undefined;
  if (isUnlisted && !alone && !index) {
    alone = await probe(torchWhole, absent);
    if (!alone) index = await fetchWhole(torchIndex);
  }
  const named = weightFiles ?? (index ? indexedNames(index) : []);
  const holdsPacked = async () => {
    if (standsAlone || shards) return false;
    const bytes = index ?? (await readBeginning(at(weightFiles?.[0] ?? alone?.path ?? "model.safetensors"), options));
    return !bytes || namesPacked(bytes);
  };
  const [weights] = await Promise.all([
    Promise.all(
      [...new Set([...named, ...inListing])].map((name) => probe(name, named.includes(name) ? absentIfNamed : absent)),
    ),
    listed.length > 0
      ? Promise.all(optionalNames.filter((name) => listed.includes(name)).map(fetchWhole))
      : askForCompanions(fetchWhole, config ?? whole.get(mlcConfig), holdsPacked),
  ]);
  if (weightFiles && !weights.some(Boolean)) throw missing(weightFiles[0], at(weightFiles[0]));
  // A shard that is missing stays out of the list; the format's reader says which one it is.
  const small = [...whole].map(([path, bytes]) => ({ path, sizeBytes: bytes.length }));
  small.sort((a, b) => (a.path < b.path ? -1 : 1)); // not in order of arrival: the identity is made from the list
  const files = [...small, ...[alone, ...weights, ...(shards ?? [])].filter((file) => file !== undefined)];
  return toSource(folder, labelOf(folder), files, whole, at, options);
}

const labelOf = ({ pathname, host }: URL): string => decodeURIComponent(pathname.split("/").at(-2) ?? "") || host;

function toSource(
  url: URL,
  label: string,
  files: SourceFile[],
  whole: Map<string, Uint8Array>,
  at: (path: string) => string,
  options: OpenOptions,
): ModelSource {
  const config =
    whole.get("config.json") ??
    whole.get(options.folder?.config ?? "") ??
    mlcLists.map((name) => whole.get(name)).find(Boolean);
  const { search } = new URL(withoutSecrets(url.href));
  const identity = fingerprint([
    ...files.flatMap((file) => [file.path, file.sizeBytes]),
    config ? new TextDecoder().decode(config) : "",
    ...(search ? [search] : []),
  ]);
  const { token: _, ...open } = options; // for the hub, and nobody else
  const remote = remoteReader(files, (path) => ({ file: path, url: at(path) }), open);
  return {
    id: `url:${placeOf(url)}@${identity}`,
    label,
    remote: true,
    files,
    ...remote,
    async read(path, start, end, readOptions) {
      const kept = whole.get(path);
      if (!kept) return remote.read(path, start, end, readOptions);
      checkRead(files, path, start, end);
      return kept.slice(start, end);
    },
  };
}

/** What the server lists; empty if it does not. */
async function listFolder(url: string, { signal, patience }: OpenOptions): Promise<string[]> {
  const asked = { signal, patience, accept: [401, 403, 404, 405, 410], wants: isWebPage };
  const { bytes } = await getWhole({ file: "the folder's listing", url }, asked);
  return bytes ? listedFiles(new TextDecoder().decode(bytes), url) : [];
}

/** Enough of a weight file for its header; undefined where the server does not support ranges. */
async function readBeginning(url: string, { signal, patience }: OpenOptions): Promise<Uint8Array | undefined> {
  const asked = { signal, patience, accept: absent, range: { start: 0, end: 2 ** 18 } };
  const { bytes } = await getWhole(
    { file: "the beginning of the weights", url },
    { ...asked, wants: ({ status }) => status === 206 },
  );
  return bytes;
}

/** A small file's bytes, or undefined where there is none. */
async function probeWhole(
  url: string,
  name: string,
  { signal, patience }: OpenOptions,
  accept: readonly number[] = absent,
): Promise<Uint8Array | undefined> {
  const wants = (response: Response) =>
    !isWebPage(response) && Number(response.headers.get("Content-Length")) <= maxWholeBytes;
  const { bytes } = await getWhole({ file: name, url }, { signal, patience, accept, wants });
  if (!bytes) return undefined;
  const looksWrong = name.endsWith(".json")
    ? !/^[\s\uFEFF]*[{[]/.test(firstText(bytes))
    : /^\s*<(!doctype|html)/i.test(firstText(bytes));
  return looksWrong ? undefined : bytes;
}

/** A weight file's size by the smallest possible range; undefined where there is no such file. */
async function probeWeights(
  url: string,
  name: string,
  { signal, patience }: OpenOptions,
  accept: readonly number[],
): Promise<SourceFile | undefined> {
  const asked = { signal, patience };
  const response = await get({ file: name, url }, { ...asked, accept, range: { start: 0, end: 1 } });
  const packed = !/^(identity)?$/.test(response.headers.get("Content-Encoding") ?? ""); // then the length is different
  const total = Number(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? NaN);
  const length = Number(response.headers.get("Content-Length") ?? NaN);
  await response.body?.cancel().catch(() => {});
  if (!response.ok || isWebPage(response)) return undefined;
  if (response.status === 206 && total > 0) return { path: name, sizeBytes: total };
  if (response.status === 200 && length > 0 && !packed) return { path: name, sizeBytes: length };
  // Another origin may hide Content-Range; Content-Length is always visible. Browsers request a range uncompressed, but not
  // a HEAD, and a signature is good for GET alone.
  const all = await get({ file: name, url }, { ...asked, range: { start: 0 } });
  await all.body?.cancel().catch(() => {});
  const sizeBytes = all.headers.get("Content-Encoding") ? NaN : Number(all.headers.get("Content-Length") ?? NaN);
  if (sizeBytes > 0) return { path: name, sizeBytes };
  throw new PronkError(
    "network",
    `The server of "${name}" tells no size (neither Content-Range nor Content-Length). Use another server.`,
    { file: name, url: placeOf(url), status: all.status },
  );
}

function indexedNames(index: Uint8Array): string[] {
  try {
    const { weight_map: map } = parseJson(new TextDecoder().decode(index)) as { weight_map?: Record<string, unknown> };
    return [...new Set(Object.values(map ?? {}))].filter(
      (name) => typeof name === "string" && !/^\/|\.\.|:/.test(name),
    ) as string[];
  } catch {
    return []; // the format's reader says what is wrong with the index
  }
}

const isWebPage = (response: Response) => /text\/html/i.test(response.headers.get("Content-Type") ?? "");
const firstText = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, 64));

function missing(file: string, address: string): PronkError {
  const url = placeOf(address);
  return new PronkError(
    "network",
    `There is no "${file}" at ${url} (HTTP 404, or a web page in its place). Check the address: it must be the folder that holds config.json, or one llama2.c .bin.`,
    { file, url, status: 404 },
  );
}
