// The turns of a conversation as a tree: another answer to a question, or a question that was edited, is a branch beside the
// first one, and all of them stay. What is shown is the path that ends in one leaf. A tree never changes; each change is
// another tree over the same turns.

import type { AnswerTurn, Turn, UserTurn } from "./turn.ts";

export class TurnTree {
  /** In the order in which they were made. */
  readonly all: readonly Turn[];
  /** From the first turn to the leaf. */
  readonly shown: readonly Turn[];
  readonly #byId: ReadonlyMap<string, Turn>;
  #children: Map<string | undefined, Turn[]> | undefined;

  /** The shown path ends in `leaf`; without one, in the newest turn. */
  constructor(all: readonly Turn[] = [], leaf = all.at(-1)?.id) {
    this.all = all;
    this.#byId = new Map(all.map((turn) => [turn.id, turn]));
    const path: Turn[] = [];
    for (let turn = this.get(leaf); turn && path.length < all.length; turn = this.get(turn.parent)) path.push(turn);
    this.shown = path.reverse();
  }

  /** From a shown path, whose turns need not name their parents; `branches` are all turns, where there are more. */
  static of(shown: readonly Turn[], branches: readonly Turn[] = []): TurnTree {
    const chain = shown.map((turn, at): Turn => {
      const parent = shown[at - 1]?.id;
      return turn.parent === parent ? turn : { ...turn, parent };
    });
    const path = new Map(chain.map((turn) => [turn.id, turn]));
    const known = new Set(branches.map(({ id }) => id));
    const all = branches.map((turn) => path.get(turn.id) ?? turn);
    return new TurnTree([...all, ...chain.filter(({ id }) => !known.has(id))], chain.at(-1)?.id);
  }

  get leaf(): string | undefined {
    return this.shown.at(-1)?.id;
  }

  get(id: string | undefined): Turn | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The turn and those that stand in the same place, oldest first. */
  branches({ parent }: Turn): readonly Turn[] {
    return this.#below(this.get(parent)?.id);
  }

  answersTo(question: UserTurn): readonly AnswerTurn[] {
    return this.#below(question.id).filter((turn) => turn.role === "assistant");
  }

  /** With one turn more, which is shown. */
  with(turn: Turn): TurnTree {
    return new TurnTree([...this.all, turn], turn.id);
  }

  /** With another turn of the same id in this one's place. */
  replacing(turn: Turn): TurnTree {
    return new TurnTree(
      this.all.map((known) => (known.id === turn.id ? turn : known)),
      this.leaf,
    );
  }

  /** Without the leaves that `leaves` picks: nothing hangs on them. */
  dropping(leaves: (turn: Turn) => boolean): TurnTree {
    return new TurnTree(this.all.filter((turn) => this.#below(turn.id).length > 0 || !leaves(turn)));
  }

  /** Shows the branch of a turn, to its newest end. */
  showing(id: string): TurnTree {
    return new TurnTree(this.all, this.#newestEnd(id));
  }

  /**
   * Without a turn. A question takes its answers along, and what came after them follows what came before; of several
   * answers, one goes with what came after it; an only answer goes with its question.
   */
  without(turn: Turn): TurnTree {
    const question = turn.role === "user" ? turn : this.#onlyAnswered(turn);
    const gone = question ? [question, ...this.answersTo(question)] : this.#branchOf(turn);
    const [ids, parent] = [new Set(gone.map(({ id }) => id)), (question ?? turn).parent];
    const all = this.all.flatMap((kept): Turn[] => {
      if (ids.has(kept.id)) return [];
      return [kept.parent !== undefined && ids.has(kept.parent) ? { ...kept, parent } : kept];
    });
    const rest = new TurnTree(all, this.leaf);
    if (rest.leaf !== undefined) return rest;
    const next = rest.#below(rest.get(parent)?.id).at(-1)?.id ?? parent;
    return next === undefined ? new TurnTree(all) : rest.showing(next);
  }

  /** With the turns that `now` has got since it was `then`, which are shown if they were; what is in both stays where it is. */
  withTurnsSince(then: TurnTree, now: TurnTree): TurnTree {
    const since = now.all.filter(({ id }) => !then.get(id) && !this.get(id));
    const known = new Set([...this.all, ...since].map(({ id }) => id));
    const parentOf = ({ parent }: Turn): string | undefined => {
      const above = now.get(parent);
      return above && !known.has(above.id) ? parentOf(above) : above?.id;
    };
    const place = (turn: Turn, parent: string | undefined) => (turn.parent === parent ? turn : { ...turn, parent });
    const all = [
      ...this.all.map((turn) => place(now.get(turn.id) ?? turn, turn.parent)),
      ...since.map((turn) => place(turn, parentOf(turn))),
    ];
    return new TurnTree(all, since.some(({ id }) => id === now.leaf) ? now.leaf : this.leaf);
  }

  #onlyAnswered(answer: Turn): UserTurn | undefined {
    const question = this.get(answer.parent);
    return question?.role === "user" && this.branches(answer).length === 1 ? question : undefined;
  }

  #branchOf(turn: Turn): Turn[] {
    return [turn, ...this.#below(turn.id).flatMap((child) => this.#branchOf(child))];
  }

  #newestEnd(id: string): string {
    const child = this.#below(id).at(-1);
    return child ? this.#newestEnd(child.id) : id;
  }

  #below(id: string | undefined): Turn[] {
    if (!this.#children) {
      this.#children = new Map();
      for (const turn of this.all) {
        const parent = this.get(turn.parent)?.id;
        const known = this.#children.get(parent);
        if (known) known.push(turn);
        else this.#children.set(parent, [turn]);
      }
    }
    return this.#children.get(id) ?? [];
  }
}
