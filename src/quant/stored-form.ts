// The canonical stored form of a checkpoint: which stored files it has and where each tensor lies in them.
// Unquantized it is the source's files, byte for byte; quantized it is one file of pronk's own for each source file.

import type { Checkpoint, TensorInfo } from "../format/tensor.ts";
import { chooseEncoding } from "./choose.ts";
import { storedRowBytes, type QuantizeChoice, type StoredTensor } from "./layout.ts";

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

const alignment = 16; // of a tensor in a file of pronk's own

/** `sizes`: bytes of each source file. */
export function storedForm(
  checkpoint: Pick<Checkpoint, "tensors">,
  quantize: QuantizeChoice,
  sizes: ReadonlyMap<string, number>,
): StoredForm {
  const form: StoredForm = { files: [], tensors: [] };
  for (const source of new Set(checkpoint.tensors.map((tensor) => tensor.file))) {
    const tensors = checkpoint.tensors.filter((tensor) => tensor.file === source);
    const verbatim = quantize === "none" && tensors.every((tensor) => tensor.interleavedRopeHeads === undefined);
    if (verbatim) {
      form.files.push({ path: source, sizeBytes: sizes.get(source)!, source, verbatim });
      form.tensors.push(
        ...tensors.map((tensor) => ({
          ...describe(tensor, quantize),
          file: source,
          start: tensor.start,
          end: tensor.end,
        })),
      );
    } else {
      const path = `${source}.${quantize === "none" ? "hf" : quantize}v1`;
      let position = 0;
      for (const tensor of tensors) {
        const described = describe(tensor, quantize);
        const start = Math.ceil(position / alignment) * alignment;
        position = start + described.rows * storedRowBytes(described.encoding, described.cols);
        form.tensors.push({ ...described, file: path, start, end: position });
      }
      form.files.push({ path, sizeBytes: position, source, verbatim });
    }
  }
  return form;
}

function describe(tensor: TensorInfo, quantize: QuantizeChoice) {
  const cols = tensor.shape[tensor.shape.length - 1];
  return {
    name: tensor.name,
    encoding: chooseEncoding(tensor, quantize),
    rows: tensor.shape.length === 1 ? 1 : tensor.shape[0],
    cols,
  };
}
