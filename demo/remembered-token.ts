// The hub's read token from one visit to the next: only where the person asked for it, and in this browser alone.

const storageKey = "pronk.token";

export function rememberedToken(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined; // storage refused
  }
}

/** Nothing, or an empty token, forgets the one that was remembered. */
export function rememberToken(token: string | undefined): void {
  try {
    if (token) localStorage.setItem(storageKey, token);
    else localStorage.removeItem(storageKey);
  } catch {
    // Storage refused: the next visit asks again.
  }
}
