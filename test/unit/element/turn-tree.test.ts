// Branches of a conversation: which path is shown, what is deleted along with what, and the order of siblings.

import { expect, test } from "vitest";
import { answerTurn, type Turn } from "../../../src/element/session/turn.ts";
import { TurnTree } from "../../../src/element/session/turn-tree.ts";

const question = (id: string, parent?: string): Turn => ({ role: "user", id, parent, text: id });
const answer = (id: string, parent: string): Turn => ({ ...answerTurn(id, parent), text: id, status: "done" });
const shown = (tree: TurnTree) => tree.shown.map(({ id }) => id).join(" ");

/** q1 has two answers; after the first come q2 and, reworded, q3. */
const tree = new TurnTree([
  question("q1"),
  answer("a1", "q1"),
  question("q2", "a1"),
  answer("a2", "q2"),
  answer("b1", "q1"),
  question("q3", "a1"),
  answer("a3", "q3"),
]);
const turn = (id: string) => tree.get(id)!;

test("the shown path ends in the newest turn, or in the one that is named", () => {
  expect(shown(tree)).toBe("q1 a1 q3 a3");
  expect(shown(new TurnTree(tree.all, "a2"))).toBe("q1 a1 q2 a2");
  expect(shown(new TurnTree())).toBe("");
});

test("a branch is shown to its newest end, and knows those beside it", () => {
  expect(tree.branches(turn("q3")).map(({ id }) => id)).toEqual(["q2", "q3"]);
  expect(tree.branches(turn("q1")).map(({ id }) => id)).toEqual(["q1"]);
  expect(shown(tree.showing("q2"))).toBe("q1 a1 q2 a2");
  expect(shown(tree.showing("b1"))).toBe("q1 b1");
  expect(shown(tree.showing("b1").showing("a1"))).toBe("q1 a1 q3 a3");
});

test("another edit of the first question begins another path", () => {
  const other = tree.with(question("p1")).with(answer("c1", "p1"));
  expect(shown(other)).toBe("p1 c1");
  expect(other.branches(other.get("p1")!).map(({ id }) => id)).toEqual(["q1", "p1"]);
});

test("a deleted question takes its answers along; what came after follows what came before", () => {
  const chain = TurnTree.of([question("q1"), answer("a1", ""), question("q2"), answer("a2", ""), question("q3")]);
  expect(shown(chain.without(chain.get("q2")!))).toBe("q1 a1 q3");
  expect(shown(chain.without(chain.get("a2")!))).toBe("q1 a1 q3"); // its only answer
  expect(shown(chain.without(chain.get("q1")!))).toBe("q2 a2 q3");
  expect(shown(chain.without(chain.get("q3")!))).toBe("q1 a1 q2 a2");
});

test("of several answers one goes with what came after it, and the other is shown", () => {
  expect(shown(tree.without(turn("a1")))).toBe("q1 b1");
  expect(tree.without(turn("a1")).all.map(({ id }) => id)).toEqual(["q1", "b1"]);
  expect(shown(tree.without(turn("b1")))).toBe("q1 a1 q3 a3");
  expect(shown(tree.without(turn("q3")))).toBe("q1 a1 q2 a2");
});

test("plain turns are one path; the order of branches outlives it", () => {
  expect(TurnTree.of([question("q1"), answer("a1", "?")]).get("a1")?.parent).toBe("q1");
  const again = TurnTree.of(tree.showing("q2").shown, tree.all);
  expect(shown(again)).toBe("q1 a1 q2 a2");
  expect(again.branches(turn("q3")).map(({ id }) => id)).toEqual(["q2", "q3"]);
});

test("parents that lead in a circle end the path", () => {
  const circle = new TurnTree([question("x", "y"), question("y", "x")]);
  expect(circle.shown).toHaveLength(2);
});
