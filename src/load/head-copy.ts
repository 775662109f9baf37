// A tied model whose files have a head all the same. It has looked like a copy of the embedding (format/head.ts), and is
// kept off the GPU; as the weights pass, its stored bytes are compared with the embedding's, and a load with a head of its
// own ends here, to be begun again with both. Equal stored bytes multiply equally, so this is exact.

import { PronkError } from "../errors.ts";
import { embeddingName, headName } from "../format/head.ts";
import type { ModelConfig } from "../format/model-config.ts";
import type { StoredTensor, WeightSink } from "../quant/layout.ts";
import { Checksum64 } from "../source/checksum.ts";

interface Stored {
  config: ModelConfig;
  tensors: readonly StoredTensor[];
}

/** The tensors that the GPU gets: all but a copy. */
export const withoutCopy = ({ config, tensors }: Stored): StoredTensor[] =>
  tensors.filter(({ name }) => name !== headName || !config.tiedEmbeddings);

/** The same sink without the copy. `proven`: an earlier load has compared the two. Throws what `headDiffers` recognizes. */
export function sinkWithoutCopy(sink: WeightSink, stored: Stored, { proven = false } = {}): WeightSink {
  if (withoutCopy(stored).length === stored.tensors.length) return sink;
  const sums = new Map<string, Checksum64>();
  const whole = new Map<string, string>();
  return {
    async write(slice, offset, bytes) {
      const { name, file, start, end } = slice;
      if (!proven && (name === headName || name === embeddingName)) {
        if (offset === 0) sums.set(name, new Checksum64());
        sums.get(name)!.add(bytes);
        if (offset + bytes.length === end - start) whole.set(name, sums.get(name)!.digest());
        if (whole.size === 2 && whole.get(headName) !== whole.get(embeddingName)) throw differs(file);
      }
      if (name !== headName) await sink.write(slice, offset, bytes);
    },
  };
}

/** Whether the load must be begun again with `headApart`. */
export const headDiffers = (error: unknown): boolean => error instanceof PronkError && error.facts.headApart === true;

/** Not `format`: after that nothing would stay in the store. */
const differs = (file: string) =>
  new PronkError(
    "integrity",
    `"${file}" has a head that is not the embedding, though config.json says that they are one.`,
    {
      file,
      field: headName,
      headApart: true,
    },
  );
