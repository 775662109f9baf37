// A model's weights with a LoRA on some of their matrices, put there as an adapter is that was read from a file.

import type { LinearRole } from "../../src/format/tensor-roles.ts";
import type { Weight } from "../../src/gpu/weight.ts";
import { loraSink } from "../../src/model/lora-sink.ts";
import type { Model } from "../../src/model/model.ts";

/** On these matrices of each layer, or on the head. `numberAt` gives A and B one after the other; zeros by default. */
export async function adaptedWeights(
  model: Model,
  roles: readonly (LinearRole | "head")[],
  rank = 3,
  numberAt: () => number = () => 0,
) {
  const { layers, vocabSize, dim } = model.config;
  const places = Array.from({ length: layers }, (_, layer) => layer).flatMap((layer) =>
    roles.map((role) => ({ role, layer: role === "head" ? undefined : layer })),
  );
  const linear = places.map(({ role, layer }) => {
    const weight = Object.values(model.weights.layers[layer ?? 0]).find(
      (one): one is Weight => "roles" in one && (one as Weight).roles.has(role),
    );
    const [rows, cols] = weight ? [weight.roles.get(role)!.rows, weight.cols] : [vocabSize, dim];
    const tensor = (part: string, shape: number[]) => {
      const end = 4 * shape[0] * shape[1];
      return { name: `${layer} ${role} ${part}`, dtype: "f32" as const, shape, file: "adapter", start: 0, end };
    };
    return { layer, role, rank, scale: 1, a: tensor("A", [rank, cols]), b: tensor("B", [rows, rank]) };
  });
  const tensors = linear.flatMap(({ a, b }) => [a, b]);
  const lora = { linear, biases: [], whole: new Map(), tokens: [], interleaved: false, tensors };
  const sink = await loraSink({ model, lora, scale: 1, checks: false });
  for (const { name, shape, file, start, end } of tensors) {
    const [rows, cols] = shape;
    const numbers = Float32Array.from({ length: rows * cols }, numberAt);
    await sink.write({ name, encoding: "f32", rows, cols, file, start, end }, 0, new Uint8Array(numbers.buffer));
  }
  return sink.finish();
}
