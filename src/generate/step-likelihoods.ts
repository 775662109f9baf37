// How likely a step's choice was, and what else was: the most likely tokens come back with the choice. Where the choice is
// none of these its logit follows, from a copy of the logits, since the sampler writes over them.

import type { Plan } from "../gpu/plan.ts";
import { mostStepTokens, mostTopTokens } from "../gpu/operations.ts";
import type { LikelihoodOf, TokenProbability } from "./likelihood.ts";
import type { StepsContext } from "./steps-context.ts";

export interface Likelihoods {
  /**
   * To be encoded before the sampler, for the sequence of this number, which looks at no others until it has this one's
   * likelihood. Call what it returns after submit.
   */
  look(encoder: GPUCommandEncoder, index: number): () => Promise<LikelihoodOf>;
}

const topWords = 1 + 2 * mostTopTokens;

/** Errors: `out-of-memory`. */
export function createLikelihoods({ model, run, ringOf }: Omit<StepsContext, "look">): Promise<Likelihoods> {
  const { gpu, memory, config, activations, topTokens } = model;
  const { device } = gpu;
  const rowBytes = 4 * config.vocabSize;
  return memory.together(async () => {
    const slots = 2 * mostStepTokens; // one that is aborted may leave some behind
    const tops = await ringOf("top tokens", slots, 4 * topWords);
    const chosen = await ringOf("the chosen token's logit", slots, 4);
    const logits = await memory.checked("the logits of choices", () =>
      memory.storage("logits of choices", mostStepTokens * rowBytes, GPUBufferUsage.COPY_SRC),
    );
    const plan: Plan = await model.topPlan();

    async function logitOf(id: number, index: number): Promise<number> {
      const encoder = device.createCommandEncoder();
      const read = chosen.copy(encoder, logits, 4, index * rowBytes + 4 * id);
      device.queue.submit([encoder.finish()]);
      return new Float32Array(await read())[0];
    }

    return {
      look(encoder, index) {
        run(encoder, [plan], { position: 0, tokens: 1 });
        encoder.copyBufferToBuffer(activations.logits.buffer, 0, logits, index * rowBytes, rowBytes);
        const read = tops.copy(encoder, topTokens, 4 * topWords);
        return async () => {
          const { sum, tokens } = topTokensOf(await read(), config.vocabSize);
          return async (id) => {
            const known = tokens.find((token) => token.id === id)?.logProbability;
            if (known !== undefined || id >= config.vocabSize) return { chosen: known ?? 0, top: tokens };
            return { chosen: (await logitOf(id, index)) - sum, top: tokens };
          };
        };
      },
    };
  });
}

/** `sum`: the logarithm of the sum of all exp(logit). */
function topTokensOf(bytes: ArrayBuffer, vocabSize: number): { sum: number; tokens: TokenProbability[] } {
  const words = new Uint32Array(bytes);
  const floats = new Float32Array(bytes);
  const tokens: TokenProbability[] = [];
  const end = Math.min(topWords, 1 + 2 * vocabSize);
  for (let at = 1; at < end; at += 2) tokens.push({ id: words[at], logProbability: floats[at + 1] - floats[0] });
  return { sum: floats[0], tokens };
}
