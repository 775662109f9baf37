// Stored models that were deleted on the page but can still be brought back: marked, hidden, and deleted for good when the
// offer ends. The marks are this browser's, so the next page makes up for one that was closed meanwhile; a Web Lock on
// each tells which still belong to an open page. A tab that is reloaded continues its offer.

import { deleteModel, type ModelReference, models, type StoredModel, type StoredModelInfo } from "../src/index.ts";

export interface Deletion {
  readonly label: string;
  /** As if the deletion had not been asked for. */
  undo(): void;
  carryOut(): Promise<void>;
}

const storageKey = "pronk.deletions";
const noteKey = "pronk.deletion";
const keyOf = ({ id, quantize }: Model) => `${id}|${quantize}`;

type Model = Pick<StoredModel, "id" | "quantize">;

interface Mark extends Model {
  /** What it is opened by. */
  references?: readonly string[];
}

/** What a tab remembers about the deletion that it offers to take back. */
interface TabNote extends Mark {
  label: string;
  /** ms since the epoch */
  at: number;
}

const resumedForMs = 300_000; // a tab that comes back later has nothing to take back any more

export function beginDeletion({ id, quantize, label, references }: Mark & Pick<StoredModel, "label">): Deletion {
  const mark = { id, quantize, references };
  setMarks([...marks().filter((other) => keyOf(other) !== keyOf(mark)), mark]);
  setNote({ ...mark, label, at: Date.now() });
  const isMarked = isDeleted(mark); // not where storage is full
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  navigator.locks?.request(lockName(mark), () => held).catch(() => {}); // refused: a page that is opened meanwhile deletes it
  const end = () => {
    keepStored(mark);
    if (keyOf(note() ?? mark) === keyOf(mark)) setNote(undefined);
    release();
  };
  return {
    label,
    undo: end,
    async carryOut() {
      try {
        if (isDeleted(mark) || !isMarked) await deleteModel(id, quantize);
      } finally {
        end();
      }
    },
  };
}

/** Takes back any deletion of what is wanted, here or in another tab. */
export function keepStored(model: Model): void {
  setMarks(marks().filter((other) => keyOf(other) !== keyOf(model)));
}

/** The same for what is opened now: it would be downloaded again at the next visit. */
export function keepOpened(model: ModelReference | undefined): void {
  const isOpened = ({ references = [] }: Mark) => typeof model === "string" && references.includes(model);
  setMarks(marks().filter((mark) => !isOpened(mark)));
}

/** The deletion that this tab offered to take back when it was reloaded; to be called before `finishDeletions`. */
export function resumeDeletion(): Deletion | undefined {
  const left = note();
  const isFresh = left && Date.now() - left.at < resumedForMs;
  return isFresh && isDeleted(left) ? beginDeletion(left) : undefined;
}

/** What is stored whole and is not to be deleted. */
export async function storedModels(): Promise<StoredModelInfo[]> {
  const all = await models.info().catch(() => []);
  return all.filter((model) => model.complete && !isDeleted(model));
}

/** Whether a model is to be deleted, here or in another tab. */
function isDeleted(model: Model): boolean {
  return marks().some((mark) => keyOf(mark) === keyOf(model));
}

/** Deletes what pages that are gone had marked. */
export async function finishDeletions(): Promise<void> {
  const finish = async (mark: Mark) => {
    await deleteModel(mark.id, mark.quantize).catch(() => {}); // gone already
    keepStored(mark);
  };
  for (const mark of marks()) {
    if (!navigator.locks) await finish(mark);
    else
      await navigator.locks.request(lockName(mark), { ifAvailable: true }, async (lock) => {
        if (lock && isDeleted(mark)) await finish(mark); // it may have been taken back meanwhile
      });
  }
}

const lockName = (mark: Mark) => `${storageKey}:${keyOf(mark)}`;

function note(): TabNote | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(noteKey) ?? "null") as TabNote | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function setNote(left: TabNote | undefined): void {
  try {
    if (left) sessionStorage.setItem(noteKey, JSON.stringify(left));
    else sessionStorage.removeItem(noteKey);
  } catch {
    // Storage refused: a reload makes it final.
  }
}

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
