// Stored models that were deleted on the page: taken back, carried out, or left to another page, while several are open.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { beginDeletion, finishDeletions, keepOpened, keepStored } from "../../../demo/stored-deletions.ts";
import { deleteModel } from "../../../src/index.ts";
import { fakeLocks } from "../../support/fake-locks.ts";
import { pageStorage } from "../../support/page-storage.ts";

vi.mock("../../../src/index.ts", () => ({ deleteModel: vi.fn(async () => {}), models: { info: async () => [] } }));

const model = (id: string) => ({ id, quantize: "none", label: id }) as const;
const deleted = () => vi.mocked(deleteModel).mock.calls.map(([id]) => id);
const markOfPageThatIsGone = (id: string) =>
  localStorage.setItem("pronk.deletions", JSON.stringify([{ id, quantize: "none" }]));

beforeEach(() => {
  vi.stubGlobal("localStorage", pageStorage());
  vi.stubGlobal("sessionStorage", pageStorage());
  vi.stubGlobal("navigator", { locks: fakeLocks() });
});
afterEach(() => {
  vi.mocked(deleteModel).mockReset();
  vi.unstubAllGlobals();
});

test("what a page that is gone had marked is deleted by the next, what an open one has on offer is not", async () => {
  markOfPageThatIsGone("a");
  const offered = beginDeletion(model("b"));
  await finishDeletions();
  expect(deleted()).toEqual(["a"]);
  await offered.carryOut();
  expect(deleted()).toEqual(["a", "b"]);
  await finishDeletions();
  expect(deleted()).toEqual(["a", "b"]);
});

test("what is taken back while another page makes up for one that is gone stays", async () => {
  markOfPageThatIsGone("a");
  const offered = beginDeletion(model("b"));
  let goOn = () => {};
  vi.mocked(deleteModel).mockImplementationOnce(() => new Promise((resolve) => (goOn = resolve)));
  const finishing = finishDeletions();
  await vi.waitFor(() => expect(deleted()).toEqual(["a"])); // it takes its time
  offered.undo();
  goOn();
  await finishing;
  expect(deleted()).toEqual(["a"]);
});

test("what is wanted again before the offer has ended stays", async () => {
  const offered = beginDeletion(model("a"));
  keepStored(model("a"));
  await offered.carryOut();
  expect(deleted()).toEqual([]);
});

test("what is opened again before the offer has ended stays, what is not opened goes", async () => {
  const references = ["owner/a", "owner/a@1"];
  const [a, b] = [
    beginDeletion({ ...model("a"), references }),
    beginDeletion({ ...model("b"), references: ["owner/b"] }),
  ];
  keepOpened("owner/a");
  keepOpened(undefined);
  await a.carryOut();
  await b.carryOut();
  expect(deleted()).toEqual(["b"]);
});
