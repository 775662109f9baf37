// Remembers, per version of a licence, whether and when it was accepted on this device. Browsers without storage
// (private modes, sandboxed frames) remember for the life of the page only.

export interface LicenseAcceptance {
  version: string;
  /** ISO date and time. */
  acceptedAt: string;
}

/** Llama 2's community licence and policy as released on that day; a new text gets a new version and is asked about again. */
export const llama2License = "llama-2-community-2023-07-18";

const keyOf = (version: string) => `pronk.license.${version}`;
const remembered = new Map<string, LicenseAcceptance>(); // where storage did not take it

function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // access itself throws where storage is blocked
  }
}

/** When this version of a licence was accepted on this device; undefined where it was not. */
export function acceptanceOf(version: string): LicenseAcceptance | undefined {
  if (remembered.has(version)) return remembered.get(version);
  try {
    const value: unknown = JSON.parse(storage()?.getItem(keyOf(version)) ?? "null");
    if (typeof value !== "object" || value === null) return undefined;
    const { version: storedVersion, acceptedAt } = value as Partial<LicenseAcceptance>;
    const valid = storedVersion === version && typeof acceptedAt === "string" && !Number.isNaN(Date.parse(acceptedAt));
    return valid ? { version, acceptedAt } : undefined;
  } catch {
    return undefined;
  }
}

export function recordAcceptance(version: string, now = new Date()): LicenseAcceptance {
  const acceptance = { version, acceptedAt: now.toISOString() };
  try {
    storage()!.setItem(keyOf(version), JSON.stringify(acceptance));
  } catch {
    remembered.set(version, acceptance); // storage is full, refused or not there
  }
  return acceptance;
}
