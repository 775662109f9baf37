// One record out of two that were written from the same beginning: by this tab and by another one. What only one of them
// changed is as that one has it; what both changed, as this tab has it. A turn is lost only where one of them has deleted it
// and the other has left it alone. Where the beginning is not known, what both say is as the one written later has it.

import { isEmptyMessage } from "./attachment.ts";
import type { ConversationRecord, KeptTurn } from "./conversation-record.ts";
import { isEditing } from "./draft.ts";

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** `base` is what this tab last saw stored; undefined where it saw nothing. */
export function mergeRecords(
  base: ConversationRecord | undefined,
  mine: ConversationRecord,
  theirs: ConversationRecord,
): ConversationRecord {
  const [newer, older] = mine.updatedAt >= theirs.updatedAt ? [mine, theirs] : [theirs, mine];
  const field = <Name extends keyof ConversationRecord>(name: Name) => {
    if (!base) return newer[name] ?? older[name];
    return same(mine[name], base[name]) ? theirs[name] : mine[name];
  };
  const isUnwritten = isEmptyMessage(newer.draft) && !isEditing(newer.draft);
  const turns = mergeTurns(base?.turns ?? [], mine.turns, theirs.turns, newer === mine);
  const known = (id: string | undefined) => turns.some((turn) => turn.id === id);
  const saidMore = base ? !same(mine.turns, base.turns) : mine.updatedAt > (theirs.deletedAt ?? 0);
  return {
    ...mine,
    title: theirs.title, // the list's, as `pinned` is; no tab that has a conversation open changes them
    pinned: theirs.pinned,
    createdAt: Math.min(mine.createdAt, theirs.createdAt),
    updatedAt: Math.max(mine.updatedAt, theirs.updatedAt),
    deletedAt: saidMore ? undefined : theirs.deletedAt, // it goes on here
    model: field("model"),
    attribution: field("attribution"),
    system: field("system"),
    settings: field("settings"),
    draft: !base && isUnwritten ? older.draft : field("draft"),
    continuation: field("continuation"),
    turns,
    leaf: [base && field("leaf"), mine.leaf, theirs.leaf].find(known) ?? turns.at(-1)?.id,
  };
}

function mergeTurns(
  base: readonly KeptTurn[],
  mine: readonly KeptTurn[],
  theirs: readonly KeptTurn[],
  mineAreNewer: boolean,
): readonly KeptTurn[] {
  if (same(mine, theirs)) return mine;
  const byId = (turns: readonly KeptTurn[]) => new Map(turns.map((turn) => [turn.id, turn]));
  const [before, here, there] = [byId(base), byId(mine), byId(theirs)];
  const merged = new Map<string, KeptTurn>();
  for (const id of new Set([...there.keys(), ...here.keys()])) {
    const [was, own, other] = [before.get(id), here.get(id), there.get(id)];
    const untouched = (turn: KeptTurn | undefined) => was !== undefined && same(turn, was);
    if (own && other) merged.set(id, (was ? untouched(own) : !mineAreNewer) ? other : own);
    else if (own && !untouched(own)) merged.set(id, own);
    else if (other && !untouched(other)) merged.set(id, other);
  }
  // What one has deleted stays where the other has continued from it.
  const needed = (parent: string | undefined) => {
    if (parent === undefined || merged.has(parent)) return;
    const turn = here.get(parent) ?? there.get(parent) ?? before.get(parent);
    if (!turn) return;
    merged.set(parent, turn);
    needed(turn.parent);
  };
  for (const { parent } of [...merged.values()]) needed(parent);
  return [...merged.values()];
}
