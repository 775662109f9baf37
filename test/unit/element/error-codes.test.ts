// Every code that an error can have: which test provokes it for real, through the part of the engine that throws it. The table is
// a Record over the codes, so a new one does not compile before it has its line here, and its card (error-advice.ts).

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adviceFor } from "../../../src/element/error-advice.ts";
import { PronkError, type PronkErrorCode } from "../../../src/errors.ts";

const provokedBy: Record<PronkErrorCode, [file: string, test: string]> = {
  "model-unsupported": ["unit/format/quantized.test.ts", "no scheme at all"],
  "webgpu-missing": [
    "unit/api/engine-options.test.ts",
    "createEngine rejects with webgpu-missing, before anything is fetched",
  ],
  "adapter-missing": ["browser/no-gpu.test.ts", "without WebGPU or an adapter: which, and what to do"],
  "adapter-too-small": [
    "unit/api/refused-memory.test.ts",
    "an adapter whose dispatches are too small for the model is refused as such, and nothing stays",
  ],
  "driver-fault": [
    "browser/engine-faults.test.ts",
    "a checkpoint with a NaN in one row of its head answers nothing, and says why, in the worker too",
  ],
  "storage-missing": ["unit/store/models.test.ts", "a private window, and no storage at all"],
  network: ["unit/source/hub.test.ts", "401, gated: the page where the licence is accepted"],
  integrity: ["unit/source/hub.test.ts", "a shard that is shorter than the list says"],
  "storage-full": ["unit/store/model.test.ts", "the quota's end in the middle"],
  format: ["unit/load/store.test.ts", "a weight that is not a number"],
  "out-of-memory": ["unit/api/refused-memory.test.ts", "a generation: %s, at each that there is"],
  "device-lost": ["unit/gpu/device.test.ts", "a refused command and a loss are for good, memory or not"],
  "worker-lost": [
    "unit/worker/protocol.test.ts",
    "what nobody caught in the worker ends its engine, a call in flight and a load",
  ],
  "leader-closed": [
    "browser/share-tabs.test.ts",
    "asked not to recover, a tab whose leader is closed says so, and another may load",
  ],
  "context-full": ["unit/api/chat.test.ts", "is context-full when the last message alone does not fit"],
  "bad-request": ["unit/text/tool-turns.test.ts", "a template that refuses or drops them: so does the dialog, by name"],
};
const entries = Object.entries(provokedBy) as [PronkErrorCode, [string, string]][];

test.each(entries)("%s is provoked by a test that names it", (code, [file, name]) => {
  const path = new URL(`../../${file}`, import.meta.url);
  expect(existsSync(path), file).toBe(true);
  const text = readFileSync(path, "utf8");
  expect(text, name).toContain(`"${name}"`);
  expect(text, file).toMatch(new RegExp(`\\b${code}\\b|\\(webgpu\\|adapter\\)-missing`));
});

test.each(entries)("%s has a card with a title and what to do", (code) => {
  const { title, text } = adviceFor(new PronkError(code, "x"));
  expect(title).toMatch(/^[A-Z].+[^.]$/);
  expect(text).toMatch(/[.]$/);
});

test("no two codes have one card", () => {
  const titles = entries.map(([code]) => adviceFor(new PronkError(code, "x")).title);
  expect(new Set(titles).size).toBe(titles.length);
});
