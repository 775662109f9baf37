// The canonical stored form of a checkpoint: which stored files it has and where each tensor lies in them. Unquantized it is
// the source's files, byte for byte; quantized it is one file of pronk's own per source file.

import { rowsVersion } from "../versions.ts";
import type { TensorInfo } from "../format/tensor.ts";
import type { Checkpoint } from "../format/checkpoint-headers.ts";
import { chooseEncoding } from "./choose.ts";
import { storedParts, storedRowBytes, type QuantizeChoice, type StoredTensor } from "./layout.ts";

/** A file at rest. `source` is the file its bytes are made from; `verbatim` says that they are the same bytes. */
export interface StoredFile {
  path: string;
  sizeBytes: number;
  source: string;
  verbatim: boolean;
}

export interface StoredForm {
  files: StoredFile[];
  /** Sorted by file, then start, as the checkpoint's tensors are. */
  tensors: StoredTensor[];
}

const alignment = 16; // of a tensor in one of pronk's own files

/** `sizes`: bytes of each source file. A checkpoint with quantized matrices is stored as its files are. */
export function storedForm(
  { tensors: all, matrices }: Pick<Checkpoint, "tensors" | "matrices">,
  quantize: QuantizeChoice,
  sizes: ReadonlyMap<string, number>,
): StoredForm {
  const form: StoredForm = { files: [], tensors: [] };
  const ofParts = storedParts(matrices).map(({ file }) => file);
  const sources = new Set([...all.map(({ file }) => file), ...ofParts.toSorted()]);
  for (const source of sources) {
    const tensors = all.filter((tensor) => tensor.file === source);
    if (quantize === "none") {
      form.files.push({ path: source, sizeBytes: sizes.get(source)!, source, verbatim: true });
      for (const tensor of tensors) {
        const { file, start, end } = tensor;
        form.tensors.push({ ...describe(tensor, quantize), file, start, end });
      }
    } else {
      const path = `${source}.${quantize}v${rowsVersion}`;
      let position = 0;
      for (const tensor of tensors) {
        const described = describe(tensor, quantize);
        const start = Math.ceil(position / alignment) * alignment;
        position = start + described.rows * storedRowBytes(described.encoding, described.cols);
        form.tensors.push({ ...described, file: path, start, end: position });
      }
      form.files.push({ path, sizeBytes: position, source, verbatim: false });
    }
  }
  return form;
}

function describe(tensor: TensorInfo, quantize: QuantizeChoice) {
  const { name, shape, interleavedRopeHeads, panel } = tensor;
  return {
    name,
    encoding: chooseEncoding(tensor, quantize),
    rows: shape.length === 1 ? 1 : shape[0],
    cols: shape[shape.length - 1],
    ...(interleavedRopeHeads === undefined ? {} : { interleaved: true as const }),
    ...(panel ? { panel } : {}),
  };
}
