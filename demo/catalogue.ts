// The models that the page offers by name, from models.json. Data only: what each is, how big, under which licence.

export interface CatalogueEntry {
  id: string;
  label: string;
  /** On the hub, or beside this page. */
  repository?: string;
  path?: string;
  parameters: number;
  /** Weight files, in bytes. */
  sizeBytes: number;
  license: string;
  gated: boolean;
  llama2: boolean;
  note: string;
  /** What counting its memory needs to know; null for a model too small to matter. */
  shape: CatalogueShape | null;
}

export interface CatalogueShape {
  dim: number;
  hiddenDim: number;
  layers: number;
  heads: number;
  kvHeads: number;
  vocabSize: number;
  contextLength: number;
}

/** The server gave no list: it refused with `status`, or sent something else. */
export class CatalogueProblem extends Error {
  readonly status: number | undefined;

  constructor(status?: number) {
    super(status === undefined ? "models.json holds no list of models" : `models.json: HTTP ${status}`);
    this.status = status;
  }
}

const patienceMs = 20_000; // a person who waits longer wants to be told

/** At least one model. Rejects with CatalogueProblem, or with fetch's own error where the network fails. */
export async function readCatalogue(): Promise<CatalogueEntry[]> {
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(new URL("models.json", document.baseURI), { signal });
  if (!response.ok) throw new CatalogueProblem(response.status);
  const text = await response.text();
  try {
    const { models } = JSON.parse(text) as { models: CatalogueEntry[] };
    if (models.length > 0 && models.every(({ id, label }) => id && label)) return models;
  } catch {
    // A page of the server's own, perhaps.
  }
  throw new CatalogueProblem();
}

/** What the engine takes for an entry. */
export function referenceOf(entry: CatalogueEntry): string {
  return entry.repository ?? new URL(entry.path ?? "", document.baseURI).href;
}
