// An exported model, read again: a folder with its description, or the archive of it. The result is a source with the id,
// the names and the licence that the model had, and files cut where they were; the store it goes to then holds the same
// bytes in the same blocks. The description is a stranger's file like any other: shapes and sizes are checked before
// anything is believed. Only its own word says that the weights are what their name claims.

import { PronkError } from "../errors.ts";
import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import { headName } from "../format/head.ts";
import { expectedTensors } from "../format/llama-tensors.ts";
import { readSideFiles } from "../format/side-files.ts";
import { parseJsonObject } from "../json-bytes.ts";
import { type QuantizeChoice, storedRowBytes, type StoredTensor } from "../quant/layout.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import { checksum64 } from "../source/checksum.ts";
import { maxReadBytes } from "../source/read-limit.ts";
import type { ModelSource } from "../source/source.ts";
import { readWhole } from "../source/whole-file.ts";
import { rowsVersion } from "../versions.ts";
import type { CutFile } from "./blocks.ts";
import { type Description, descriptionShape } from "./description.ts";
import { descriptionName, descriptionVersion, isArchive } from "./export-name.ts";
import { parseVariant } from "./prepared-model.ts";
import { readTar } from "./read-tar.ts";

export interface Exported {
  source: ModelSource;
  checkpoint: OpenedCheckpoint;
  quantize: QuantizeChoice;
  references: readonly string[];
  form: StoredForm;
  cut: CutFile[];
  /** At the source that it came from. */
  downloadBytes: number;
}

/** Throws PronkError `format` (not an export, or a part of it is missing), `integrity` (a file is not what was exported). */
export async function openExported(picked: ModelSource, signal?: AbortSignal): Promise<Exported> {
  const folder = isArchive(picked) ? await unpacked(picked, signal) : picked;
  const description = readDescription(await readWhole(folder, descriptionName, { signal }));
  const source = sourceOf(folder, description);
  const { manifest, files, variant } = description;
  const {
    config,
    generation,
    tensors,
    matrices = [],
    format,
    offered,
    ggufTokenizer,
    origin,
    warnings = [],
  } = manifest;
  checkTensors(description);
  const sideFiles = await readSideFiles(source, { signal });
  const checkpoint: OpenedCheckpoint = {
    config,
    generation,
    tensors: [], // of the source's own files, which are not here
    matrices,
    sideFiles,
    format,
    offered,
    warnings,
    ...(ggufTokenizer ? { tokenizer: ggufTokenizer } : {}),
    ...(origin ? { origin } : {}),
  };
  const stored = files.map(({ path, sizeBytes }) => ({ path, sizeBytes, source: path, verbatim: true }));
  const cut = stored.map((file, i): CutFile => {
    const ends = files[i].rowEnds;
    const spans = ends.map((end, index) => ({ start: index === 0 ? 0 : ends[index - 1], end }));
    return { file, pairs: [], blocks: spans.map((span, index) => ({ index, source: span, stored: span })) };
  });
  const { quantize } = parseVariant(variant);
  const { references } = description;
  const form = { files: stored, tensors };
  return { source, checkpoint, quantize, references, form, cut, downloadBytes: manifest.downloadBytes };
}

/** The files of an archive, without their enclosing folder. */
async function unpacked(archive: ModelSource, signal?: AbortSignal): Promise<ModelSource> {
  const [{ path }] = archive.files;
  const entries = await readTar(archive, signal);
  const described = entries.find(({ name }) => name.replace(/^.*\//, "") === descriptionName);
  if (!described)
    throw new PronkError(
      "format",
      `"${path}" holds no "${descriptionName}", so it is no model that pronk has exported.`,
      {
        file: path,
        expected: descriptionName,
        found: null,
      },
    );
  const folder = described.name.slice(0, -descriptionName.length);
  const inside = new Map(
    entries.filter(({ name }) => name.startsWith(folder)).map((entry) => [entry.name.slice(folder.length), entry]),
  );
  return {
    ...archive,
    files: [...inside].map(([name, { sizeBytes }]) => ({ path: name, sizeBytes })),
    async read(name, start, end, options) {
      const at = inside.get(name)!.start;
      return archive.read(path, at + start, at + end, options);
    },
  };
}

const mostValues = 2 ** 22; // a GGUF file's vocabulary of a quarter of a million pieces, with scores, types and merges

function readDescription(bytes: Uint8Array): Description {
  const value = parseJsonObject(descriptionName, bytes, mostValues);
  if (typeof value.pronk === "number" && value.pronk > descriptionVersion)
    throw new PronkError("model-unsupported", `A newer release of pronk has exported this model. Reload the page to get that release.`, { file: descriptionName, field: "pronk", expected: descriptionVersion, found: value.pronk }); // prettier-ignore
  const fault = descriptionShape(value);
  if (fault !== undefined) throw wrong(fault.replace(/^\./, "") || "the file", "what pronk writes there");
  const description = value as unknown as Description;
  const names = new Set<string>();
  for (const [i, { name, path, sizeBytes, rowEnds, checksums }] of description.files.entries()) {
    const ends = [0, ...rowEnds];
    const inOrder = rowEnds.every((end, at) => end > ends[at] && end - ends[at] <= maxReadBytes);
    if (!inOrder || ends.at(-1) !== sizeBytes || checksums.length !== rowEnds.length)
      throw wrong(`files[${i}].rowEnds`, `ends of blocks, up to ${sizeBytes}`);
    const rows = /\.q[48]v(\d+)$/.exec(path)?.[1];
    if (parseVariant(description.variant).quantize !== "none" && Number(rows) !== rowsVersion)
      throw wrong(`files[${i}].path`, `rows of version ${rowsVersion}, the only one that this release reads`);
    if (names.has(name) || names.has(`/${path}`)) throw wrong(`files[${i}].name`, "another name than the other files'");
    names.add(name).add(`/${path}`);
  }
  return description;
}

const wrong = (field: string, expected: string) =>
  new PronkError("format", `"${descriptionName}" is damaged: ${field} is not ${expected}. Export the model again.`, {
    file: descriptionName,
    field,
    expected,
  });

/** Files under their names in the store; what is read of them is compared with what was exported. */
function sourceOf(folder: ModelSource, { id, label, manifest, files, sideFiles }: Description): ModelSource {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const sums = new Map(sideFiles.map(({ name, checksum }) => [name, checksum]));
  for (const { name, sizeBytes } of [...files, ...sideFiles]) {
    const found = folder.files.find(({ path }) => path === name)?.sizeBytes;
    if (found !== sizeBytes)
      throw new PronkError(
        "format",
        found === undefined
          ? `"${name}" is missing: it is a part of ${label}. Copy the whole folder.`
          : `"${name}" has ${found} bytes of ${sizeBytes}. Copy the whole folder again.`,
        { file: name, expected: sizeBytes, found: found ?? null },
      );
  }
  const small = sideFiles.filter(({ name }) => !byPath.has(name));
  return {
    id,
    label,
    remote: false,
    ...(manifest.card ? { card: manifest.card } : {}),
    files: [
      ...files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, ...(sha256 ? { sha256 } : {}) })),
      ...small.map(({ name, sizeBytes }) => ({ path: name, sizeBytes })),
    ],
    async read(path, start, end, options) {
      const file = byPath.get(path);
      const name = file?.name ?? path;
      const bytes = await folder.read(name, start, end, options);
      const row = file ? file.rowEnds.indexOf(end) : 0;
      const isWhole = file ? row >= 0 && start === (file.rowEnds[row - 1] ?? 0) : start === 0;
      const expected = file ? file.checksums[row] : sums.get(path);
      const found = isWhole && expected !== undefined ? checksum64(bytes) : undefined;
      if (found === undefined || found === expected) return bytes;
      throw new PronkError(
        "integrity",
        `"${name}" is not what was exported (row ${row}: checksum ${found}, not ${expected}): it was damaged on its way. Copy it again.`,
        { file: name, row, expected, found },
      );
    },
  };
}

/** Checks that every tensor of the model is there, at its required size, and within its file. */
function checkTensors({ manifest, files }: Description): void {
  const { config, tensors, matrices = [] } = manifest;
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const missing = expectedTensors(config);
  const [{ vocabSize, dim }, expected] = [config, new Map(missing)];
  expected.set(headName, [vocabSize, dim]); // tied, but present all the same
  const fits = (name: string, rows: number, cols: number) => {
    const shape = expected.get(name);
    return shape !== undefined && cols === shape.at(-1) && rows === (shape.length === 1 ? 1 : shape[0]);
  };
  const inFile = ({ file, start, end }: Pick<StoredTensor, "file" | "start" | "end">) =>
    start <= end && end <= (sizes.get(file) ?? -1);
  for (const [i, tensor] of tensors.entries()) {
    const { name, encoding, rows, cols, start, end, panel } = tensor;
    const whole = panel ?? { rows, cols, firstRow: 0, firstCol: 0 };
    const isPart = whole.firstRow + rows <= whole.rows && whole.firstCol + cols <= whole.cols;
    const isSized = end - start === rows * storedRowBytes(encoding, cols);
    if (!fits(name, whole.rows, whole.cols) || !isPart || !isSized || !inFile(tensor))
      throw wrong(`manifest.tensors[${i}]`, "a tensor of this model in one of its files");
    missing.delete(name);
  }
  for (const [i, { name, rows, cols, parts }] of matrices.entries()) {
    if (!fits(name, rows, cols) || !Object.values(parts).every(inFile))
      throw wrong(`manifest.matrices[${i}]`, "a matrix of this model in its files");
    missing.delete(name);
  }
  const [first] = missing.keys();
  if (first !== undefined) throw wrong("manifest.tensors", `all of the model: "${first}" is missing`);
}
