// Parts of pronk that most models do without: files of their own in the build, fetched when a model needs them. One that does
// not arrive (no network, or a new deployment has taken the old files away) is an error that names it, and a later try works.

import { PronkError } from "./errors.ts";

/**
 * `load` imports the part, `what` says what it does. The result gives the part, fetched once. It rejects with PronkError
 * `network`; facts: `file` (its address, where the browser tells it), `part`.
 */
export function onDemand<Part>(what: string, load: () => Promise<Part>): () => Promise<Part> {
  let part: Promise<Part> | undefined;
  let failures = 0;
  return () => {
    const next = (part ??= load()
      .catch((error: unknown) => (failures > 0 ? loadAnew<Part>(error, failures) : Promise.reject(error)))
      .catch((cause: unknown) => {
        part = undefined;
        failures++;
        throw missing(what, cause);
      }));
    return next;
  };
}

/**
 * Firefox (ESR 153, 2026-11-28) remembers, as long as the page or worker lives, that a module did not arrive; under another
 * address it is another module. What the module itself imports is there already: package.test.ts holds the build to that.
 */
function loadAnew<Part>(error: unknown, count: number): Promise<Part> {
  const address = addressIn(error);
  if (address === undefined) throw error;
  const again = new URL(address);
  again.searchParams.set("again", String(count));
  return import(/* @vite-ignore */ /* webpackIgnore: true */ again.href) as Promise<Part>;
}

/** Browsers name the module only in the message, and Safari nowhere. */
const addressIn = (error: unknown): string | undefined =>
  /dynamically imported module: (https?:\S+)$/.exec((error as Error)?.message ?? "")?.[1];

function missing(what: string, cause: unknown): PronkError {
  const file = addressIn(cause)?.replace(/\?again=\d+$/, "");
  const name = file ? `"${file.slice(file.lastIndexOf("/") + 1)}"` : "A file of the application";
  return new PronkError(
    "network",
    `${name}, the part of pronk that ${what}, could not be fetched. Check the connection and try again; if the page was updated meanwhile, reload it.`,
    { part: what, ...(file ? { file } : {}) },
    { cause },
  );
}
