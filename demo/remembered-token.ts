// The hub's read token from one visit to the next: only if the person asked for it, and in this browser alone.

const storageKey = "pronk.token";

export function rememberedToken(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined; // storage refused
  }
}

/** undefined, or an empty token, forgets the remembered one. */
export function rememberToken(token: string | undefined): void {
  try {
    if (token) localStorage.setItem(storageKey, token);
    else localStorage.removeItem(storageKey);
  } catch {
    // Storage refused: the next visit asks again.
  }
}
