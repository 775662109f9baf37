// MLC's shards in a folder on a web server, by the list beside them: it has their sizes, so that none of a hundred is asked for
// before its bytes are.

import { parseJson } from "../json-bytes.ts";
import type { SourceFile } from "./source.ts";
import { isMlcPath, mlcConfig, mlcLists } from "./torch-names.ts";

/** The shards; undefined where the folder has no configuration of MLC's. `ask`: a small file's bytes, which are also kept. */
export async function askForMlc(
  ask: (name: string) => Promise<Uint8Array | undefined> | undefined,
): Promise<SourceFile[] | undefined> {
  if (!(await ask(mlcConfig))) return undefined;
  const list = (await ask(mlcLists[0])) ?? (await ask(mlcLists[1]));
  try {
    const { records } = parseJson(new TextDecoder().decode(list)) as {
      records: { dataPath: string; nbytes: number }[];
    };
    return records
      .map(({ dataPath, nbytes }) => ({ path: dataPath, sizeBytes: nbytes }))
      .filter(({ path, sizeBytes }) => isMlcPath(path) && Number.isSafeInteger(sizeBytes) && sizeBytes > 0);
  } catch {
    return []; // the format's reader says what is wrong with the list
  }
}
