// Answers and continued texts that are still being written in conversations that are no longer open: what has come of
// them is kept every second, and when they end. A conversation that is deleted meanwhile ends its answer.

import type { LeftAnswer } from "./session/chat-session.ts";
import type { Conversation } from "./session/conversation.ts";

const writeEveryMs = 1000; // at most this much is lost when the page goes

interface Left {
  conversation: Conversation;
  timer: ReturnType<typeof setInterval>;
}

export class LeftAnswers {
  readonly #left = new Map<string, Left>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get ids(): readonly string[] {
    return [...this.#left.keys()];
  }

  /** As it stands now, with the turn that is being written. */
  find(id: string): Conversation | undefined {
    return this.#left.get(id)?.conversation;
  }

  add(id: string, conversation: Conversation, answer: LeftAnswer, write: () => Promise<boolean>): void {
    const keep = async () => {
      if (!(await write().catch(() => true))) answer.stop();
    };
    const left: Left = { conversation, timer: setInterval(() => void keep(), writeEveryMs) };
    this.#left.set(id, left);
    void answer.ended.then(async () => {
      if (this.#left.get(id) !== left) return; // it is open again
      clearInterval(left.timer);
      await keep();
      if (this.#left.get(id) === left) this.#left.delete(id);
      this.#changed();
    });
  }

  /** It is open again, and kept as the open one. */
  take(id: string): void {
    clearInterval(this.#left.get(id)?.timer);
    this.#left.delete(id);
  }
}
