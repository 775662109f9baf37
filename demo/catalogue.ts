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
  /** What the memory plan needs to know; null for a model too small to matter. */
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

export async function readCatalogue(): Promise<CatalogueEntry[]> {
  const response = await fetch(new URL("models.json", document.baseURI));
  if (!response.ok) throw new Error(`models.json: HTTP ${response.status}`);
  return ((await response.json()) as { models: CatalogueEntry[] }).models;
}

/** What the engine takes for an entry. */
export function referenceOf(entry: CatalogueEntry): string {
  return entry.repository ?? new URL(entry.path ?? "", document.baseURI).href;
}
