// What a caller may say of how a source is opened and read.

import type { Gate } from "./gate.ts";
import type { Patience } from "./retry.ts";

export interface OpenOptions {
  /** Access token for gated hub repositories; sent to the hub only, held in memory only. */
  token?: string;
  signal?: AbortSignal;
  /** Another hub than huggingface.co, for mirrors and tests. */
  hubUrl?: string;
  /** SHA-256 by path, where the caller knows it and the source does not say; hex. It wins over what the source says. */
  hashes?: Readonly<Record<string, string>>;
  patience?: Patience;
  /** Holds downloads while it is closed. */
  gate?: Gate;
}
