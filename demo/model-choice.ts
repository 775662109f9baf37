// Which model the page shows, and remembering it for the next visit. Folders are not remembered (a page cannot open
// them again by itself); tokens are remembered-token.ts's, the address is page-address.ts's.

import type { ModelReference, StoredModelInfo } from "../src/index.ts";
import { type CatalogueEntry, referenceOf } from "./catalogue.ts";
import { pageStrings as strings } from "./page-words.ts";

export interface ModelChoice {
  /** Stable among choices: a catalogue id, `hub:owner/name`, `folder:name`. */
  key: string;
  label: string;
  /** Undefined for a folder from an earlier visit, which a page cannot reopen by itself. */
  model: ModelReference | undefined;
  /** Start without being asked: models beside the page and models on this device. */
  autoload: boolean;
  /** A file beside the model, with questions to begin with. */
  startersAddress?: string;
}

export function choiceOfEntry(entry: CatalogueEntry, stored: boolean): ModelChoice {
  const model = referenceOf(entry);
  const startersAddress = entry.path ? new URL("starters.json", model).href : undefined;
  return { key: entry.id, label: entry.label, model, autoload: Boolean(entry.path) || stored, startersAddress };
}

export function choiceOfRepository(repository: string, stored = false): ModelChoice {
  return { key: `hub:${repository}`, label: repository, model: repository, autoload: stored };
}

/** Undefined for a folder: a page cannot reopen one by itself. */
export function choiceOfStored(
  { label, references }: StoredModelInfo,
  catalogue: readonly CatalogueEntry[],
): ModelChoice | undefined {
  const reference = references.at(-1);
  if (reference === undefined) return undefined;
  const entry = catalogue.find((known) => referenceOf(known) === reference);
  return entry ? choiceOfEntry(entry, true) : { ...choiceOfRepository(reference, true), label };
}

export function choiceOfFiles(name: string, model: File[] | FileSystemDirectoryHandle): ModelChoice {
  return { key: `folder:${name}`, label: name, model, autoload: true };
}

/** The questions beside a model; without a network, those of the last visit. */
export async function startersOf(choice: ModelChoice): Promise<string[]> {
  if (!choice.startersAddress) return [];
  const key = `pronk.starters.${choice.key}`;
  try {
    const response = await fetch(choice.startersAddress);
    const list: unknown = response.ok ? await response.json() : [];
    const starters = Array.isArray(list) ? list.filter((text) => typeof text === "string").slice(0, 6) : [];
    localStorage.setItem(key, JSON.stringify(starters));
    return starters;
  } catch {
    return rememberedStarters(key);
  }
}

function rememberedStarters(key: string): string[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]") as string[];
  } catch {
    return [];
  }
}

const storageKey = "pronk.model";

export function rememberChoice(choice: ModelChoice): void {
  if (choice.key.startsWith("folder:")) return;
  try {
    localStorage.setItem(storageKey, choice.key);
  } catch {
    // Storage refused: the next visit starts with the default.
  }
}

/** The choice that a key stands for, in the address or remembered; undefined for one that says nothing. */
export function choiceOfKey(
  key: string,
  catalogue: readonly CatalogueEntry[],
  storedNames: ReadonlySet<string>,
): ModelChoice | undefined {
  const name = key.replace(/^(hub|folder):/, "");
  if (key.startsWith("folder:")) return { key, label: strings.folderAgain(name), model: undefined, autoload: false };
  const entry = catalogue.find((known) => known.id === key || referenceOf(known) === name);
  if (entry) return choiceOfEntry(entry, storedNames.has(entry.repository ?? ""));
  return name.includes("/") ? choiceOfRepository(name, storedNames.has(name)) : undefined;
}

export function rememberedKey(): string {
  try {
    return localStorage.getItem(storageKey) ?? "";
  } catch {
    return ""; // storage refused: the default
  }
}
