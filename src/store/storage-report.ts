// What the browser says about its storage, in numbers and in words a person can act on: private windows, quotas, and whether
// it may clear the models when it needs space.

import { isOfNewer, listDatabases } from "./database.ts";

export interface StorageReport {
  usageBytes: number | undefined;
  quotaBytes: number | undefined;
  persisted: boolean;
  /** There is no storage; a newer release of the page has it; what is stored is kept; or it may be cleared. */
  state: "absent" | "newer" | "kept" | "mayGo";
  /** Little for a model. */
  scarce: boolean;
  /** The report in words. */
  message: string;
}

const privateQuotaBytes = 4e9; // private windows get a small share; a window with more is hardly one

const words: Record<StorageReport["state"], string> = {
  absent:
    "This browser gives the page no storage (a private window, or storage is blocked for this site), so a model must be downloaded at every visit. Open the page in an ordinary window, or allow site data.",
  newer:
    "A newer release of this page has stored models here, in a way that this one cannot open. It leaves them as they are and stores nothing; a model is downloaded at every visit. Reload the page to get that release.",
  kept: "Stored models are kept until you delete them.",
  mayGo:
    "The browser may delete stored models when the disk is nearly full; Safari does so after a week without a visit. Adding the page to the home screen or the bookmarks, or allowing notifications, makes most browsers keep them.",
};
const refused = "The browser did not promise to keep stored models. ";

export async function storageReport(): Promise<StorageReport> {
  const storage = globalThis.navigator?.storage;
  const databases = await listDatabases();
  if (!databases) return without("absent");
  if (isOfNewer(databases)) return without("newer");
  const estimate = await storage?.estimate?.().catch(() => undefined);
  const persisted = (await storage?.persisted?.().catch(() => false)) ?? false;
  const { usage: usageBytes, quota: quotaBytes } = estimate ?? {};
  const scarce = quotaBytes !== undefined && quotaBytes < privateQuotaBytes && !persisted;
  const small = scarce
    ? ` It gives this page ${Math.round(quotaBytes / 1e6)} MB, little for a model: this may be a private window, or the disk is nearly full.`
    : "";
  const state = persisted ? "kept" : "mayGo";
  return { usageBytes, quotaBytes, persisted, state, scarce, message: words[state] + small };
}

/** Asks for storage that is not cleared. Browsers decide by themselves or ask the person. */
export async function askToKeep(): Promise<StorageReport> {
  const before = await storageReport();
  if (before.persisted || before.state === "absent" || before.state === "newer") return before;
  const granted = await globalThis.navigator?.storage?.persist?.().catch(() => false);
  const after = await storageReport();
  if (granted) return { ...after, persisted: true, state: "kept", scarce: false, message: words.kept };
  return { ...after, message: refused + after.message };
}

const without = (state: "absent" | "newer"): StorageReport => {
  return {
    usageBytes: undefined,
    quotaBytes: undefined,
    persisted: false,
    state,
    scarce: false,
    message: words[state],
  };
};
