// All conversations that are kept under one name, for a page that lists them: search, rename, pin, delete, erase, export and
// import. Loaded on demand (`openConversationList`). It draws nothing; which one is open is <pronk-chat>'s.

import { fromFile, toJson, toMarkdown } from "./conversation-files.ts";
import type { ChatStrings } from "./languages/en.ts";
import { toContent } from "./session/attachment.ts";
import {
  type ConversationHead,
  headOf,
  type ConversationRecord,
  type KeptTurn,
} from "./session/conversation-record.ts";
import { ConversationStore } from "./session/conversation-store.ts";
import { finderOf } from "./word-search.ts";

export type { ConversationHead };

const contentOf = (turn: KeptTurn) => (turn.role === "user" ? toContent(turn) : turn.text);

/** All conversations that are kept under one name, for a page that lists them; `openConversationList` opens it. */
export class ConversationList {
  readonly #store: ConversationStore;
  readonly #place: string;

  /** `place`: the `persist` attribute. Undefined where the browser gives no database. */
  static async open(place: string): Promise<ConversationList | undefined> {
    const store = await ConversationStore.open();
    return store && new ConversationList(store, place);
  }

  private constructor(store: ConversationStore, place: string) {
    this.#store = store;
    this.#place = place;
  }

  /** Called when a conversation has changed, in this tab or another. */
  set onChange(changed: () => void) {
    this.#store.onChange = changed;
  }

  /** Pinned ones first, then the newest; with `search`, only those that contain all its words. */
  async heads(search = ""): Promise<ConversationHead[]> {
    const isFound = finderOf(search);
    const heads = isFound ? (await this.#found(isFound)).map(headOf) : await this.#store.heads(this.#place);
    return heads
      .filter(({ deletedAt }) => deletedAt === undefined)
      .sort((one, other) => Number(other.pinned) - Number(one.pinned) || other.updatedAt - one.updatedAt);
  }

  /** White space around the title is removed. */
  rename(id: string, title: string): Promise<void> {
    return this.#store.change(id, { title: title.trim() });
  }

  /** Puts it before the others, or back among them. */
  pin(id: string, pinned: boolean): Promise<void> {
    return this.#store.change(id, { pinned });
  }

  /** Can be undone within the hour, by `restore`. */
  delete(id: string): Promise<void> {
    return this.#store.change(id, { deletedAt: Date.now() });
  }

  /** Takes a deletion back. */
  restore(id: string): Promise<void> {
    return this.#store.change(id, { deletedAt: undefined });
  }

  /** For good; tabs that show one turn to an empty one. */
  async eraseAll(): Promise<void> {
    const heads = await this.#store.heads(this.#place);
    await this.#store.delete(
      heads.map(({ id }) => id),
      true,
    );
  }

  /** OpenAI's messages, with all that an import needs: of one conversation, or of all. */
  async json(id?: string): Promise<string> {
    return toJson(await this.#records(id));
  }

  /** The shown path, to be read; its headings in `words`, or in English. */
  async markdown(id: string, words?: ChatStrings): Promise<string> {
    const [record] = await this.#records(id);
    return record ? toMarkdown(record, words) : "";
  }

  /** Takes what `json` gave, or a list of messages; gives the ids of what was added. Throws PronkError `format`. */
  async import(text: string): Promise<string[]> {
    const records = fromFile(text, { place: this.#place, now: Date.now() });
    for (const record of records) await this.#store.write(record);
    return records.map(({ id }) => id);
  }

  async #records(id?: string): Promise<ConversationRecord[]> {
    const heads = id === undefined ? await this.heads() : [{ id }];
    const records = await Promise.all(heads.map((head) => this.#store.read(head.id)));
    return records.filter((record) => record !== undefined);
  }

  async #found(isFound: (text: string) => boolean): Promise<ConversationRecord[]> {
    const records = await this.#records();
    return records.filter(({ title, continuation, turns }) =>
      isFound([title, continuation.text, ...turns.map(contentOf)].join("\n")),
    );
  }

  /** Lets go of the database; nothing may be asked after that. */
  close(): void {
    this.#store.close();
  }
}
