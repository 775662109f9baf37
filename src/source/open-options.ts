// What a caller may specify about how a source is opened and read.

import type { Gate } from "./gate.ts";
import type { Patience } from "./retry.ts";

export interface OpenOptions {
  /** Access token for gated hub repositories; sent to the hub only, held in memory only. */
  token?: string;
  signal?: AbortSignal;
  /** Another hub than huggingface.co, for mirrors and tests. */
  hubUrl?: string;
  /** SHA-256 by path, in hex, where the caller knows it and the source does not publish it. Overrides what the source says. */
  hashes?: Readonly<Record<string, string>>;
  patience?: Patience;
  /** For a folder at an address with this configuration: its weights are the first of these names that exists. Not for models. */
  folder?: { config: string; weights: readonly string[] };
  /** Holds downloads while it is closed. */
  gate?: Gate;
}
