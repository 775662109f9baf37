// Whether a server answers in this device's place: where the device cannot run the model, and only with the person's agreement.
// Any other failure, such as a missing file or network, stays what it is.

import { badField } from "../api/request-fields.ts";
import type { Endpoint, EngineCalls, EngineOptions } from "../api/surface.ts";
import { PronkError, type PronkErrorCode } from "../errors.ts";
import { checkAdapter, preflight } from "../questions.ts";
import type { ModelReference } from "../source/source.ts";
import { Address } from "./address.ts";

const notHere: readonly PronkErrorCode[] = ["webgpu-missing", "adapter-missing", "adapter-too-small", "out-of-memory"];

export async function orFallback(
  model: ModelReference,
  { fallback, ...options }: EngineOptions,
  openHere: (model: ModelReference, options: EngineOptions) => Promise<EngineCalls>,
  openEndpoint: (endpoint: Endpoint, options: { signal?: AbortSignal; instead: PronkError }) => Promise<EngineCalls>,
): Promise<EngineCalls> {
  const { agree, ...endpoint } = fallback!;
  const { place } = new Address(endpoint); // a fault in it is reported at once, not when it is needed
  if (agree !== true && typeof agree !== "function")
    throw badField(
      "fallback.agree",
      "true where the person knows that text leaves the device, or a function that asks them",
      agree,
    );
  let instead: PronkError;
  try {
    if (!options.device) await refuseWhatCannotFit(model, options);
    return await openHere(model, options);
  } catch (error) {
    if (!(error instanceof PronkError) || !notHere.includes(error.code)) throw error;
    instead = error;
  }
  options.signal?.throwIfAborted();
  if (agree !== true && (await agree(instead, place)) !== true) throw instead;
  return openEndpoint(endpoint, { signal: options.signal, instead });
}

/** Goes by what the adapter allows, before weights are fetched; the load finds out what the device really has. */
async function refuseWhatCannotFit(model: ModelReference, options: EngineOptions): Promise<void> {
  if (!(await checkAdapter()).supported) return; // the load says why
  const verdict = await preflight(model, { ...options, probe: false }).catch(() => {
    options.signal?.throwIfAborted();
    return undefined; // the load says it in its own words
  });
  if (!verdict || (verdict.gpu.fits && verdict.memory.fits)) return;
  const { problems, quantize, alternative } = verdict;
  // Where no context was asked for, the load takes a shorter one by itself.
  if (options.contextLength === undefined && alternative?.quantize === quantize && alternative.store) return;
  const message = [`The model does not fit this device.`, ...problems, alternative?.message].filter(Boolean).join(" ");
  throw new PronkError("out-of-memory", message, { neededBytes: verdict.gpu.neededBytes });
}
