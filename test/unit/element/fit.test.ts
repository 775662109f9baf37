// Whether the models of the catalogue fit, where the engine's part that reckons it does not arrive at first.

import { expect, test, vi } from "vitest";
import type { CatalogueEntry } from "../../../demo/catalogue.ts";
import { fitsOf } from "../../../demo/fit.ts";
import { PronkError } from "../../../src/errors.ts";

const estimate = vi.hoisted(() => vi.fn());
vi.mock("../../../src/questions.ts", () => ({
  checkAdapter: async () => ({ supported: true }),
  estimateNeeds: estimate,
}));

const catalogue = [{ id: "small", shape: { contextLength: 2048 }, bits: 16 }] as unknown as CatalogueEntry[];

test("nothing is said of what fits while the part is missing, and the next time it is", async () => {
  estimate.mockRejectedValueOnce(new PronkError("network", "A part could not be fetched.", {}));
  expect(await fitsOf(catalogue)).toEqual(new Map());
  estimate.mockResolvedValueOnce([{ quantize: "q8", fits: true, gpuBytes: 7 }]);
  expect(await fitsOf(catalogue)).toEqual(new Map([["small", { fits: true, gpuBytes: 7 }]]));
});

test("any other error is not kept back", async () => {
  estimate.mockRejectedValueOnce(new RangeError("a mistake of ours"));
  await expect(fitsOf(catalogue)).rejects.toThrow("a mistake of ours");
});
