// What releases before 2026-11-28 misread and kept, recognized from the record alone: no model need be fetched again to find
// out. They wrote manifests of version 1, which are right in everything else and are used. Nothing here follows today's
// formats: what was written then, like the steps of migrate.ts, no longer changes.

interface Manifest {
  config: { dim: number; vocabSize: number; tiedEmbeddings: boolean };
  tensors: { name: string; encoding: string; rows: number; cols: number; start: number; end: number }[];
  matrices?: {
    name: string;
    scheme: { kind: string; zeroPoints?: number };
    parts: Record<string, { start: number; end: number }>;
  }[];
  format?: { kind: string };
  downloadBytes: number;
}

interface Record1 {
  manifest: unknown;
  sideFiles: ReadonlyMap<string, Uint8Array>;
  files: readonly { path: string }[];
}

export function wasMisread({ manifest, sideFiles, files }: Record1): boolean {
  return lostHead(manifest as Manifest, files) || tookGptq2For1(manifest as Manifest, sideFiles);
}

const bytesOf: Record<string, number> = { f32: 4, f16: 2, bf16: 2 };

/**
 * A head beside the embedding was left out where config.json said that they are one. The source's files are then larger by a
 * matrix than what was used of them, or there is a shard of which nothing was used. (Many such heads are copies of the
 * embedding; nothing in the record tells them apart.) Not detected: a quantized head, and norms of another type than
 * matrices that were quantized on the way.
 */
function lostHead(
  { config, tensors, matrices = [], format, downloadBytes }: Manifest,
  files: readonly { path: string }[],
): boolean {
  if (!config.tiedEmbeddings || (format && format.kind !== "safetensors")) return false;
  if ([...tensors, ...matrices].some(({ name }) => name === "lm_head.weight")) return false;
  const shards = Math.max(0, ...files.map(({ path }) => Number(/-of-(\d{5})\.safetensors/.exec(path)?.[1] ?? 0)));
  if (shards > files.length) return true;
  const published = bytesOf[tensors.find(({ name }) => name === "model.norm.weight")?.encoding ?? ""] ?? 4;
  const used = tensors.map(({ encoding, rows, cols }) => rows * cols * (bytesOf[encoding] ?? published));
  const parts = matrices.flatMap((matrix) => Object.values(matrix.parts).map(({ start, end }) => end - start));
  const unused = downloadBytes - [...used, ...parts].reduce((sum, bytes) => sum + bytes, 0);
  return unused >= config.vocabSize * config.dim * 2;
}

/** `format: "gptq_v2"` went unseen where config.json did not repeat it as `checkpoint_format`: each zero point is off by one. */
function tookGptq2For1({ matrices = [] }: Manifest, sideFiles: Record1["sideFiles"]): boolean {
  if (!matrices.some(({ scheme }) => scheme.kind === "gptq" && scheme.zeroPoints === 1)) return false;
  try {
    const config = JSON.parse(new TextDecoder().decode(sideFiles.get("config.json")));
    return /^gptq_v2$/i.test(config.quantization_config?.format);
  } catch {
    return false;
  }
}
