// The name under which the store keeps one form of a source's weights: the quantization, and which of several sets of
// weights where it is not the one that the source gives unasked.

import type { OpenedCheckpoint } from "../format/checkpoint.ts";
import type { QuantizeChoice } from "../quant/layout.ts";

export function variantOf(
  { format, offered }: Pick<OpenedCheckpoint, "format" | "offered">,
  quantize: QuantizeChoice,
): string {
  return format.id === offered[0] ? quantize : `${quantize}:${format.id}`;
}

/** The parts of `variantOf`; no weights for the source's default. */
export function parseVariant(variant: string): { quantize: QuantizeChoice; weights?: string } {
  const colon = variant.indexOf(":");
  if (colon < 0) return { quantize: variant as QuantizeChoice };
  return { quantize: variant.slice(0, colon) as QuantizeChoice, weights: variant.slice(colon + 1) };
}
