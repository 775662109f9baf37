// Which rows each stored file of a checkpoint has: the same for a load, for a load that goes on, and for the repair of
// one row.

import type { Checkpoint } from "../format/tensor.ts";
import type { StoredForm } from "../quant/stored-form.ts";
import type { ModelSource } from "../source/source.ts";
import type { FileBlocks } from "../store/model-record.ts";
import { planRows } from "./row-plan.ts";
import type { FilePlan } from "./stream-from-source.ts";

export function filePlans(source: ModelSource, checkpoint: Pick<Checkpoint, "tensors">, form: StoredForm): FilePlan[] {
  const targets = new Map(form.tensors.map((tensor) => [tensor.name, tensor]));
  const sizes = new Map(source.files.map((file) => [file.path, file.sizeBytes]));
  return form.files.map((file) => {
    const pairs = file.verbatim
      ? []
      : checkpoint.tensors
          .filter((tensor) => tensor.file === file.source)
          .map((from) => ({ from, to: targets.get(from.name)! }));
    return { file, pairs, rows: planRows(file, sizes.get(file.source)!, pairs), stored: 0 };
  });
}

export const storedFile = ({ file, rows }: FilePlan): FileBlocks => ({
  path: file.path,
  sizeBytes: file.sizeBytes,
  rowEnds: rows.map(({ stored }) => stored.end),
});
