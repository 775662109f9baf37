// The small files of a model that travel with its weights: configuration, tokenizer, templates, card and licence.
// They are read whole, once, and kept in the store for a start without network.

import { PronkError } from "../errors.ts";
import { maxParsedBytes, maxWholeBytes } from "../source/read-limit.ts";
import { readWhole } from "../source/whole-file.ts";
import type { TensorFiles } from "./tensor-files.ts";

const names =
  /^((mlc-chat-)?config\.json|adapter_config\.json|generation_config\.json|tokenizer\.json|tokenizer\.model|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|chat_template\.(jinja|json)|README(\.md|\.txt)?|LICEN[CS]E(\.[a-z]+)?|USE_POLICY(\.[a-z]+)?|NOTICE(\.[a-z]+)?|tok\d+\.(bin|model)|tokenizer\.bin)$/i;

const isParsed = (path: string) =>
  /^((mlc-chat-)?config|adapter_config|generation_config|tokenizer_config|special_|added_|chat_)/i.test(path);

const isSideFile = (path: string): boolean => names.test(path);

/** Path -> bytes of every side file. */
export async function readSideFiles(
  source: TensorFiles,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Map<string, Uint8Array>> {
  const wanted = source.files.filter((file) => isSideFile(file.path));
  const contents = await Promise.all(
    wanted.map(async ({ path, sizeBytes }) => {
      const most = isParsed(path) ? maxParsedBytes : maxWholeBytes;
      if (sizeBytes > most)
        throw new PronkError("format", `"${path}" has ${sizeBytes} bytes; a file of this name has at most ${most}.`, {
          file: path,
          expected: most,
          found: sizeBytes,
        });
      return [path, await readWhole(source, path, { signal })] as const;
    }),
  );
  return new Map(contents);
}
