// The models that the page offers by name, from models.json. Data only: what each is, how big, under which licence. A ladder
// of small models that anybody may fetch, quantized by their publishers, then Llama 2 in 4 bits, then the gated originals.

export interface CatalogueEntry {
  id: string;
  label: string;
  /** On the hub, with the file where it holds several; or beside this page. */
  repository?: string;
  path?: string;
  parameters: number;
  /** Weight files, in bytes. */
  sizeBytes: number;
  /** Of most of the weights, as published. */
  bits: 4 | 8 | 16;
  license: string;
  gated: boolean;
  llama2: boolean;
  note: string;
  /** How it begins an answer to what it cannot know; the page then offers a larger model. Absent if none should be offered. */
  declines?: string;
  /** Where the files that these facts are about are, with the publisher's revision if known; and when they were noted. */
  source: string;
  seen: string; // yyyy-mm-dd
  /** What counting its memory needs to know. */
  shape: CatalogueShape;
}

export interface CatalogueShape {
  dim: number;
  hiddenDim: number;
  layers: number;
  heads: number;
  kvHeads: number;
  vocabSize: number;
  contextLength: number;
  /** If it is not dim / heads. */
  headDim?: number;
  tiedEmbeddings?: boolean;
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
    // Perhaps an HTML page of the server's own.
  }
  throw new CatalogueProblem();
}

/** What the engine takes for an entry. */
export function referenceOf(entry: CatalogueEntry): string {
  return entry.repository ?? new URL(entry.path ?? "", document.baseURI).href;
}
