// Stored models that were deleted on the page but can still be brought back: marked, hidden, and deleted for good when the
// offer ends. The marks are this browser's, so a page that was closed meanwhile is made up for by the next one; a Web
// Lock on each tells which still belong to a page that is open.

import { deleteModel, type StoredModel } from "../src/index.ts";

export interface Deletion {
  /** As if it had not been asked for. */
  undo(): void;
  carryOut(): Promise<void>;
}

const storageKey = "pronk.deletions";
const keyOf = ({ id, quantize }: Mark) => `${id}|${quantize}`;

type Mark = Pick<StoredModel, "id" | "quantize">;

export function beginDeletion({ id, quantize }: StoredModel): Deletion {
  const mark = { id, quantize };
  setMarks([...marks(), mark]);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  void navigator.locks?.request(lockName(mark), () => held);
  const end = () => {
    setMarks(marks().filter((other) => keyOf(other) !== keyOf(mark)));
    release();
  };
  return {
    undo: end,
    async carryOut() {
      try {
        await deleteModel(id, quantize);
      } finally {
        end();
      }
    },
  };
}

/** Whether a model is to be deleted, here or in another tab. */
export function isDeleted(model: Mark): boolean {
  return marks().some((mark) => keyOf(mark) === keyOf(model));
}

/** Deletes what pages that are gone had marked. */
export async function finishDeletions(): Promise<void> {
  const finish = async (mark: Mark) => {
    await deleteModel(mark.id, mark.quantize).catch(() => {}); // gone already
    setMarks(marks().filter((other) => keyOf(other) !== keyOf(mark)));
  };
  for (const mark of marks()) {
    if (!navigator.locks) await finish(mark);
    else
      await navigator.locks.request(lockName(mark), { ifAvailable: true }, async (lock) => {
        if (lock) await finish(mark);
      });
  }
}

const lockName = (mark: Mark) => `${storageKey}:${keyOf(mark)}`;

function marks(): Mark[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(list) ? (list as Mark[]) : [];
  } catch {
    return [];
  }
}

function setMarks(list: readonly Mark[]): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(list));
  } catch {
    // Storage refused: then there is no stored model either.
  }
}
