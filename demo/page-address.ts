// The page's address and history. The address names the model and the conversation (`#model=tiny`, `#model=hub:owner/name`,
// `#model=tiny&chat=ID`), so that a reload, Back and a copied link show them; an open picker is an entry of its own, so that
// Back closes it. A conversation gets its entry with its first words, and Back from it leads to the one before.

const prefix = "#model=";
const conversationPart = "&chat=";

const parts = (): readonly string[] =>
  location.hash.startsWith(prefix) ? location.hash.slice(prefix.length).split(conversationPart) : [];

/** The model's key in the address, or undefined. */
export function addressedKey(): string | undefined {
  try {
    return decodeURIComponent(parts()[0] ?? "") || undefined;
  } catch {
    return undefined; // half an escape
  }
}

/** The id of the conversation in the address, or undefined. */
export const addressedConversation = (): string | undefined => /^[\w-]+$/.exec(parts()[1] ?? "")?.[0];

export interface Picker {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
  addEventListener(type: "opened" | "closed", listener: () => void): void;
}

export class PageAddress {
  #key: string | undefined;
  #conversation = addressedConversation();
  #owed = false; // the entry below the picker's has yet to name what is shown
  #owedEntry = false; // in an entry of its own
  #leaves = false; // the picker was closed, and the way back out of its entry takes a moment
  readonly #picker: Picker;

  /** `onAddress`: called when the address names something else: a person typed it, or went back to it. */
  constructor(picker: Picker, onAddress: (key: string, conversation: string | undefined) => void) {
    this.#picker = picker;
    picker.addEventListener("opened", () => {
      if (!this.#leaves && !inPickerEntry()) history.pushState({ picker: true }, "");
    });
    picker.addEventListener("closed", () => {
      if (this.#leaves || !inPickerEntry()) return;
      this.#leaves = true;
      history.back(); // continues in popstate
    });
    addEventListener("popstate", () => {
      const isOpenAgain = this.#leaves && picker.isOpen && !inPickerEntry();
      this.#leaves = false;
      if (inPickerEntry() && !picker.isOpen)
        picker.open(); // forward, after Back had closed it
      else if (!inPickerEntry() && picker.isOpen && !isOpenAgain) picker.close();
      const [key, conversation] = [addressedKey(), addressedConversation()];
      const same = key === this.#key && conversation === this.#conversation;
      if (this.#owed || key === undefined || same) this.#write(this.#owedEntry);
      else {
        this.#conversation = conversation;
        onAddress(key, conversation);
      }
      if (isOpenAgain) history.pushState({ picker: true }, "");
    });
  }

  /** Names the model that is shown, and its conversation once something is said in it. */
  show(key: string, conversation: string | undefined): void {
    this.#key = key;
    this.converse(conversation);
  }

  /** Names the conversation that is shown: in a new entry, unless the one before had no words yet. */
  converse(conversation: string | undefined): void {
    const leaves = this.#conversation !== undefined && this.#conversation !== conversation;
    this.#conversation = conversation;
    this.#write(leaves);
  }

  /** After a reload with the picker open. */
  restore(): void {
    if (inPickerEntry() && !this.#picker.isOpen) this.#picker.open();
  }

  #write(entry: boolean): void {
    this.#owed = inPickerEntry(); // that entry goes; the one below is written then
    this.#owedEntry = this.#owed && (entry || this.#owedEntry);
    if (this.#key === undefined || this.#owed) return;
    const key = encodeURI(this.#key).replaceAll("&", "%26");
    const address = prefix + key + (this.#conversation ? conversationPart + this.#conversation : "");
    if (entry) history.pushState({ picker: false }, "", address);
    else history.replaceState({ picker: false }, "", address);
  }
}

const inPickerEntry = () => (history.state as { picker?: boolean } | null)?.picker === true;
