// What the `model` attribute may say, and how a model is called on the page. Paths that start with ".", "/" or end with
// "/" are addresses beside the page and are made absolute here, because the engine's worker has another base address; all
// else goes to the engine as written.

import type { EngineInfo, ModelReference } from "../../index.ts";
import type { InspectedModel } from "./engine-factory.ts";

export function resolveModelAttribute(value: string, baseAddress: string): string {
  const text = value.trim();
  if (/^\.{0,2}\//.test(text) || (text.endsWith("/") && !/^[a-z][a-z0-9+.-]*:/i.test(text))) {
    return new URL(text, baseAddress).href;
  }
  return text;
}

/** By what is known of it: its engine, its files, or the reference alone; "" for files that have no name. */
export function labelOf(
  model: ModelReference | undefined,
  { info, summary }: { info: EngineInfo | undefined; summary: InspectedModel | undefined },
): string {
  if (info || summary) return info?.model ?? summary?.label ?? "";
  if (typeof model === "string") return model;
  return model && "label" in model ? model.label : "";
}
