// Downloads beside the chat: what is begun again, taken off the list, or was about to be deleted.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Downloads } from "../../../demo/downloads.ts";
import { beginDeletion } from "../../../demo/stored-deletions.ts";
import { deleteModel, models } from "../../../src/index.ts";
import { fakeLocks } from "../../support/fake-locks.ts";
import { pageStorage } from "../../support/page-storage.ts";

vi.mock("../../../src/index.ts", () => ({
  inspectModel: async (model: string) => ({ id: `hub:${model}@1`, llama2: false }),
  preflight: async () => ({ quantize: "none" }),
  models: { download: vi.fn() },
  deleteModel: vi.fn(async () => {}),
  DownloadPause: vi.fn(),
}));
vi.mock("../../../src/element/index.ts", () => ({ acceptanceOf: () => undefined, llama2License: {} }));

const choice = { key: "hub:a/b", label: "a/b", model: "a/b", autoload: false };
let ends: { arrive(): void; options: { signal: AbortSignal } }[]; // of downloads under way
let downloads: Downloads;
const states = () => downloads.list.map(({ state }) => state);
const settled = (count: number) => vi.waitFor(() => expect(ends).toHaveLength(count));

beforeEach(() => {
  vi.stubGlobal("localStorage", pageStorage());
  vi.stubGlobal("sessionStorage", pageStorage());
  vi.stubGlobal("navigator", { locks: fakeLocks() });
  ends = [];
  vi.mocked(models.download).mockImplementation((_, options) => {
    return new Promise((resolve, reject) => {
      const { signal } = options as { signal: AbortSignal };
      signal.addEventListener("abort", () => setTimeout(reject, 0, signal.reason)); // it tidies up first
      ends.push({ arrive: () => resolve({} as never), options: { signal } });
    });
  });
  downloads = new Downloads(
    () => {},
    () => undefined,
  );
});
afterEach(() => {
  vi.mocked(models.download).mockReset();
  vi.mocked(deleteModel).mockReset();
  vi.unstubAllGlobals();
});

test("one that is ended and begun again at once is downloaded, not taken for the one that ended", async () => {
  downloads.begin(choice, undefined);
  await settled(1);
  downloads.remove(downloads.list[0]);
  downloads.begin(choice, undefined);
  expect(states()).toEqual(["waiting"]);
  await settled(2);
  expect(states()).toEqual(["running"]);
  ends[1].arrive();
  await vi.waitFor(() => expect(states()).toEqual(["arrived"]));
});

test("one that had begun when it was taken off the list, though it was shown as waiting, ends", async () => {
  downloads.begin(choice, undefined);
  const shown = { ...downloads.list[0], state: "waiting" as const };
  await settled(1);
  downloads.remove(shown);
  expect(ends[0].options.signal.aborted).toBe(true);
});

test("a model that was about to be deleted stays when it is downloaded again", async () => {
  const offered = beginDeletion({ id: "hub:a/b@1", quantize: "none", label: "a/b" });
  downloads.begin(choice, undefined);
  await settled(1);
  ends[0].arrive();
  await vi.waitFor(() => expect(states()).toEqual(["arrived"]));
  await offered.carryOut();
  expect(deleteModel).not.toHaveBeenCalled();
});
