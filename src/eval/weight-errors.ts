// How far each matrix of a model is from the same matrix of another, as the GPU has both: a row in 32, sums in float64.

import { coreBehind, type EngineCore } from "../api/engine-core.ts";
import { expectedTensors } from "../format/llama-tensors.ts";
import { linearRoles, type TensorRole, tensorRole } from "../format/tensor-roles.ts";
import { onDemand } from "../on-demand.ts";
import type { EvalEngine } from "./engine-hooks.ts";
import { badRequest, type RunOptions } from "./perplexity.ts";

const weightReader = onDemand("reads weights back", () => import("../model/weight-rows.ts"));

/** As `engine.info.quantization` tells them of what pronk rounded itself. */
export interface WeightErrors {
  /** sqrt(sum of (w - reference)^2 / sum of reference^2), over all matrices. */
  relativeRmsError: number;
  /** The same of each matrix, by Hugging Face's name. */
  matrixErrors: Record<string, number>;
}

const rowsPerSample = 32; // as while pronk rounds

/**
 * Both engines must be on this thread (`worker: false`) and of one shape: `bad-request` otherwise. Rejects with PronkError, or
 * with the signal's reason.
 */
export async function weightErrors(
  model: EvalEngine,
  reference: EvalEngine,
  { signal }: Pick<RunOptions<never>, "signal"> = {},
): Promise<WeightErrors> {
  const [tensors, others] = [model, reference].map(({ info }) => expectedTensors(info.config));
  const [core, otherCore] = [model, reference].map((engine) => coreBehind.get(engine));
  // Another thread's buffers are out of reach.
  if (!core || !otherCore) throw badRequest("worker", "engines made on this thread (worker: false)", "one in a worker");
  const { weightRows } = await weightReader();
  const rowsOf = ({ generator, ended }: EngineCore, tensor: TensorRole, rows: readonly number[]) =>
    generator.lend(({ machine }) => weightRows(machine.model, tensor, rows), signal ?? ended);
  const sums: [squares: number, lost: number][] = [];
  const matrixErrors: Record<string, number> = {};
  for (const [name, shape] of tensors) {
    const tensor = tensorRole(name)!;
    if (!["embedding", "head", ...linearRoles].includes(tensor.role)) continue;
    const other = others.get(tensor.role === "head" && !others.has(name) ? "model.embed_tokens.weight" : name);
    if (shape.join() !== other?.join())
      throw badRequest("against", `a model whose "${name}" is [${shape}]`, `[${other}] in ${reference.info.model}`);
    const rows = Array.from({ length: Math.ceil(shape[0] / rowsPerSample) }, (_, i) => i * rowsPerSample);
    const [kept, exact] = [await rowsOf(core, tensor, rows), await rowsOf(otherCore, tensor, rows)];
    const of: [number, number] = [0, 0];
    for (const [i, row] of exact.entries())
      for (const [k, weight] of row.entries()) {
        of[0] += weight * weight;
        of[1] += (weight - kept[i][k]) ** 2;
      }
    sums.push(of);
    matrixErrors[name] = relativeRms(of);
  }
  const all = [0, 1].map((i) => sums.reduce((total, of) => total + of[i], 0));
  return { relativeRmsError: relativeRms(all), matrixErrors };
}

const relativeRms = ([squares, lost]: readonly number[]) => (squares === 0 ? 0 : Math.sqrt(lost / squares));
