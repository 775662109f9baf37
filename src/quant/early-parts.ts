// Reads, by range and before any code arrives, the small parts that decide where a matrix' codes go. Parts that are close
// together in a file come with one request; nothing large lies between them.

import type { PartRole, QuantizedMatrix, TensorSlice } from "../format/quantized.ts";
import type { TensorFiles } from "../format/tensor-files.ts";
import type { PartBytes } from "./row-format.ts";
import { earlyParts } from "./schemes.ts";

// Not measured; chosen because a quarter of a MiB takes less than a round trip to a hub, half a block is held whole, and
// browsers open six connections to an HTTP/1.1 server.
const gapBytes = 256 * 2 ** 10; // reading over it is cheaper than another request
const requestBytes = 8 * 2 ** 20;
const requestsAtOnce = 6;

interface Wanted {
  matrix: QuantizedMatrix;
  role: PartRole;
  slice: TensorSlice;
}

/** Name of the matrix -> its early parts' bytes. */
export async function readEarlyParts(
  source: TensorFiles,
  matrices: readonly QuantizedMatrix[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Map<string, PartBytes>> {
  const wanted = matrices.flatMap((matrix) =>
    earlyParts(matrix).map(([role, slice]): Wanted => ({ matrix, role, slice })),
  );
  const parts = new Map<string, PartBytes>(matrices.map(({ name }) => [name, {}]));
  const requests = requestsOf(wanted);
  const next = requests.values();
  const worker = async () => {
    for (const request of next) {
      const { file, start } = request[0].slice;
      const bytes = await source.read(file, start, request.at(-1)!.slice.end, { signal });
      for (const { matrix, role, slice } of request)
        parts.get(matrix.name)![role] = bytes.slice(slice.start - start, slice.end - start);
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, worker));
  return parts;
}

/** Parts that one request brings, in the file's order. */
function requestsOf(wanted: readonly Wanted[]): Wanted[][] {
  const sorted = wanted.toSorted(({ slice: a }, { slice: b }) =>
    a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1,
  );
  const requests: Wanted[][] = [];
  for (const one of sorted) {
    const request = requests.at(-1);
    const [first, last] = [request?.[0].slice, request?.at(-1)!.slice];
    const joins =
      first && last && first.file === one.slice.file &&
      one.slice.start - last.end <= gapBytes && one.slice.end - first.start <= requestBytes; // prettier-ignore
    if (joins) request!.push(one);
    else requests.push([one]);
  }
  return requests;
}
