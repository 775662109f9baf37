// How a publisher has the weights, as far as those ask who count memory before anything is loaded.

import type { Dtype } from "../format/tensor.ts";
import type { QuantizeChoice, StoredTensor } from "../quant/layout.ts";
import { estimatedFormat, type RowFormat } from "../quant/row-format.ts";
import type { PreparedModel } from "./prepared-model.ts";

export type Published = Pick<PreparedModel, "tensors" | "matrices">;

/** What a caller may ask for: what is quantized already stays as it is. */
export const quantizeChoices = ({ matrices }: Pick<Published, "matrices">): QuantizeChoice[] =>
  matrices.length > 0 ? ["none"] : ["none", "q8", "q4"];

/** How the file has the weights, as far as counting memory needs it. */
export function publishedForm({ tensors, matrices }: Published): { dtype: Dtype; quantized: Map<string, RowFormat> } {
  return {
    dtype: publishedDtype(tensors),
    quantized: new Map(matrices.map((matrix) => [matrix.name, estimatedFormat(matrix)])),
  };
}

/** A matrix tells, if one isn't quantized; else a norm vector, which keeps the file's dtype in every form. */
function publishedDtype(tensors: readonly StoredTensor[]): Dtype {
  const kept = ({ encoding }: StoredTensor) => encoding !== "q8" && encoding !== "q4";
  const telling = tensors.find((tensor) => tensor.rows > 1 && kept(tensor)) ?? tensors.find(kept);
  return (telling?.encoding ?? "f16") as Dtype;
}
