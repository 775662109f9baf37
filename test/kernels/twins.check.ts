// The guard of layer 0: all kernels that are right are kept; one that a driver gets wrong (here a shader changed on its way to
// the compiler) is dropped by name, and no other; and a layer that gives no numbers is an error. Where compiling is slow, one of
// each will do.

import type { Verdict } from "../../src/model/twins.ts";
import type { Variants } from "../../src/gpu/variants.ts";
import type { CheckContext, Checks } from "../harness/check.ts";
import { openRandomModel } from "../support/random-model.ts";

interface Wrong {
  variants: Partial<Variants>;
  /** A kernel by the beginning of its label, and what its text becomes. */
  spoil?: [label: RegExp, from: string, to: string];
  /** A weight of layer 0 is NaN. */
  isNaN?: boolean;
  encoding?: "f32" | "q8";
  kv?: "f32" | "f16" | "q8";
}

async function verdictOf(context: CheckContext, { variants, spoil, isNaN, encoding, kv }: Wrong): Promise<Verdict> {
  const { gpu, model } = await openRandomModel({ ...context, variantsFor: () => variants, encoding, kv });
  try {
    if (spoil) {
      const [label, from, to] = spoil;
      const create = gpu.device.createShaderModule.bind(gpu.device);
      gpu.device.createShaderModule = (descriptor) => {
        if (!label.test(descriptor.label!)) return create(descriptor);
        if (!descriptor.code.includes(from)) throw new Error(`${descriptor.label} has no "${from}" to be spoiled`);
        return create({ ...descriptor, code: descriptor.code.replaceAll(from, to) });
      };
    }
    const [{ codes }] = model.weights.layers[0].down.parts;
    if (isNaN) gpu.device.queue.writeBuffer(codes, 0, Float32Array.of(NaN));
    return await model.compareTwins();
  } finally {
    model.dispose();
    gpu.dispose();
  }
}

const right: Wrong[] = [
  { variants: { matvec: "tile", matmul: "tile", attention: "tile" }, kv: "f16" },
  { variants: { matvec: "tile", matmul: "tile", attention: "tile", fused: false }, encoding: "q8", kv: "q8" },
];

async function keeps(context: CheckContext) {
  const wrong: string[] = [];
  for (const one of context.fewSizes ? right.slice(0, 1) : right) {
    const { dropped } = await verdictOf(context, one);
    if (dropped.length > 0) wrong.push(`${JSON.stringify(one)}: ${dropped.join()}`);
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

const all = { matvec: "tile", matmul: "tile", attention: "tile" } as const;

const spoiled: [name: string, Wrong][] = [
  ["matvec", { variants: all, spoil: [/^matvec_tile/, "+=", "-="] }],
  ["matmul", { variants: all, spoil: [/^matmul_tile/, "+=", "-="] }],
  ["fused", { variants: all, spoil: [/normed_swiglu/, "* values.y", "+ values.y"] }],
  ["attention", { variants: all, spoil: [/^attention(\+|$)/, "exp(", "exp2("] }],
];

async function drops(context: CheckContext) {
  const wrong: string[] = [];
  for (const [name, one] of context.fewSizes ? spoiled.slice(-1) : spoiled) {
    const { dropped } = await verdictOf(context, one);
    if (dropped.join() !== name) wrong.push(`${name}: ${dropped.join() || "nothing"} was dropped`);
  }
  return { error: wrong.length, limit: 0, note: wrong.join("; ") };
}

async function none(context: CheckContext) {
  const error = await verdictOf(context, { variants: all, isNaN: true }).catch((caught: unknown) => caught);
  const { code, message = "no error" } = error as { code?: string; message?: string };
  const isNamed = code === "driver-fault" && message.startsWith("Layer 0");
  return { error: Number(!isNamed), limit: 0, note: `${code}: ${message}` };
}

export const checks: Checks = {
  "twins: kernels that are right are kept": keeps,
  "twins: a kernel that is wrong is dropped": drops,
  "twins: a layer without numbers is an error": none,
};
