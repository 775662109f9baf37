// A step of a few tokens gives each the logits that a step of its own would, bit for bit, and leaves the same keys and values
// behind; on hardware, whose compilers may fuse and reorder, within a bound.

import type { ModelConfig } from "../../src/format/model-config.ts";
import { pagePositions } from "../../src/gpu/cache-layout.ts";
import type { Activation } from "../../src/gpu/operations.ts";
import type { Plan } from "../../src/gpu/plan.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openRandomModel, randomModelConfig, type RandomModelOptions } from "../support/random-model.ts";

const splits = { attentionSplit: 4 }; // so that a few tokens' own splits differ
const tiles = { matvec: "tile", attention: "tile", ...splits } as const; // as on GPUs
const sibling: ModelConfig = { ...randomModelConfig, headNorm: true, biases: ["q", "k", "v", "down"], window: 3 };
const hardwareError = 1e-4; // of logits about 1 large

type Given = Pick<RandomModelOptions, "kv" | "encoding" | "config">;

/** `steps`: [position, tokens]. The lone ones run last, so that nothing that steps should leave behind is there already. */
const asAlone =
  (given: Given, variants: Partial<Variants>, steps: readonly (readonly [number, number])[] = [[1, 4]]) =>
  async (context: CheckContext) => {
    const { gpu, model } = await openRandomModel({ ...context, ...given, variantsFor: () => variants });
    try {
      if (variants.matvec === "subgroup" && !gpu.features.has("subgroups")) return { error: 0, limit: 0 };
      const { device } = gpu;
      // No position's page is the one of its own number.
      await model.pages.reserve(pagePositions);
      model.pages.leave();
      await model.pages.reserve(model.config.contextLength);
      const one = { plan: await model.tokenPlan(), logits: model.activations.logits };
      const kept = device.createBuffer({
        size: 8 * one.logits.stride * 4,
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      });
      const logitsOf = async (
        { plan, logits }: { plan: Plan; logits: Activation },
        position: number,
        count: number,
      ) => {
        const tokens = Uint32Array.from(
          { length: count },
          (_, t) => ((position + t) * 37 + 5) % model.config.vocabSize,
        );
        device.queue.writeBuffer(model.tokens, 0, tokens);
        device.queue.writeBuffer(model.step, 0, Uint32Array.of(position, count));
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        plan.encode(pass, { position, tokens: count });
        pass.end();
        encoder.copyBufferToBuffer(logits.buffer, 0, kept, 0, count * logits.stride * 4);
        device.queue.submit([encoder.finish()]);
        await kept.mapAsync(GPUMapMode.READ);
        const values = [...new Float32Array(kept.getMappedRange(0, count * logits.stride * 4))];
        kept.unmap();
        return values;
      };
      const singly = async (position: number, count: number) => {
        const values: number[] = [];
        for (let at = position; at < position + count; at++) values.push(...(await logitsOf(one, at, 1)));
        return values;
      };
      let error = 0;
      let note = "";
      for (const [position, count] of context.fewSizes ? ([[3, 3]] as const) : steps) {
        await singly(0, position);
        const few = await model.fewPlan(count);
        const found = [...(await logitsOf(few, position, count)), ...(await singly(position + count, 1))];
        const wanted = await singly(position, count + 1);
        if (new Set(wanted).size < model.config.vocabSize / 2) return { error: Infinity, limit: 0, note: "no logits" };
        for (const [i, value] of wanted.entries()) {
          const off = Object.is(value, found[i]) ? 0 : Math.abs(value - found[i]) || 1e-9;
          if (off <= error) continue;
          error = off;
          note = `${count} at ${position}, row ${Math.floor(i / one.logits.stride)}: ${found[i]}, not ${value}`;
        }
      }
      return { error, limit: gpu.software ? 0 : hardwareError, note };
    } finally {
      model.dispose();
      gpu.dispose();
    }
  };

const longSteps = [
  [1, 4],
  [7, 8],
  [pagePositions - 2, 4],
] as const;

export const checks: Checks = {
  "a few tokens as each alone": asAlone({ encoding: "q4", kv: "q8" }, splits, longSteps),
  "a few tokens, with biases, normed heads and a window": asAlone({ config: sibling, kv: "f16" }, splits),
  "a few tokens by tiles": asAlone({ encoding: "q8", kv: "q8" }, tiles),
  "a few tokens by bytes": asAlone({ encoding: "q4" }, { ...tiles, matvec: "bytes" }),
  "a few tokens by subgroups": asAlone({ encoding: "q8" }, { ...splits, matvec: "subgroup" }),
};
