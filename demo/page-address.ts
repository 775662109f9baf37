// The page's address and history. The address names the model (`#model=tiny`, `#model=hub:owner/name`), so that a reload,
// Back from another page and a copied link all show it; an open picker is an entry of its own, so that Back closes it.

const prefix = "#model=";

/** The model's key in the address, or undefined. */
export function addressedKey(): string | undefined {
  if (!location.hash.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(location.hash.slice(prefix.length)) || undefined;
  } catch {
    return undefined; // half an escape
  }
}

export interface Picker {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
  addEventListener(type: "opened" | "closed", listener: () => void): void;
}

export class PageAddress {
  #key: string | undefined;
  #owed = false; // the entry below the picker's has yet to name the model
  readonly #picker: Picker;

  /** `onAddress`: the address names another model: a person wrote it there, or went back to it. */
  constructor(picker: Picker, onAddress: (key: string) => void) {
    this.#picker = picker;
    picker.addEventListener("opened", () => {
      if (!inPickerEntry()) history.pushState({ picker: true }, "");
    });
    picker.addEventListener("closed", () => {
      if (inPickerEntry()) history.back(); // goes on in popstate
    });
    addEventListener("popstate", () => {
      if (inPickerEntry() && !picker.isOpen)
        picker.open(); // forward, after Back had closed it
      else if (!inPickerEntry() && picker.isOpen) picker.close();
      const key = addressedKey();
      if (this.#owed || key === undefined || key === this.#key) this.#write();
      else onAddress(key);
    });
  }

  /** Names the model that is shown. */
  show(key: string): void {
    this.#key = key;
    this.#write();
  }

  /** After a reload with the picker open. */
  restore(): void {
    if (inPickerEntry() && !this.#picker.isOpen) this.#picker.open();
  }

  #write(): void {
    this.#owed = inPickerEntry(); // that entry goes; the one below is written then
    if (this.#key === undefined || this.#owed) return;
    history.replaceState({ picker: false }, "", prefix + encodeURI(this.#key));
  }
}

const inPickerEntry = () => (history.state as { picker?: boolean } | null)?.picker === true;
