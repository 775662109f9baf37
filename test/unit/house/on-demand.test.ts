// A part that is loaded on demand: once, and again after it did not arrive. test/package checks what browsers do with missing
// modules.

import { expect, test, vi } from "vitest";
import { onDemand } from "../../../src/on-demand.ts";
import { rejection } from "../../support/rejection.ts";

const address = "https://example.org/lib/gguf-weights-abc.js";

test("is loaded once, however often it is asked for at the same time", async () => {
  const load = vi.fn(async () => ({ read: 1 }));
  const part = onDemand("reads", load);
  expect(await Promise.all([part(), part()])).toEqual([{ read: 1 }, { read: 1 }]);
  await part();
  expect(load).toHaveBeenCalledTimes(1);
});

test.each([
  ["Chromium", `Failed to fetch dynamically imported module: ${address}`, address, '"gguf-weights-abc.js"'],
  ["Firefox", `error loading dynamically imported module: ${address}`, address, '"gguf-weights-abc.js"'],
  ["Safari", "Importing a module script failed.", undefined, "A file of the application"],
])("names what did not arrive, by the words of %s, and is asked for anew", async (_, message, file, name) => {
  let fails = true;
  const part = onDemand("reads GGUF files", async () => {
    if (fails) throw new TypeError(message);
    return "there";
  });
  const error = await rejection(part());
  expect(error).toMatchObject({ code: "network", facts: { part: "reads GGUF files" }, cause: { message } });
  expect(error.facts.file).toBe(file);
  expect(error.message.startsWith(`${name}, the part of pronk that reads GGUF files, could not`)).toBe(true);
  fails = false;
  expect(await part()).toBe("there");
});
