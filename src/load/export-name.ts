// How an exported model is recognized: by the description beside its files, or by being one archive. export.ts writes what
// is in them, and exported.ts reads it.

import type { ModelSource } from "../source/source.ts";

export const descriptionName = "pronk-model.json";
/** Version of the description. A newer one is not read. */
export const descriptionVersion = 1;

export const isArchive = ({ remote, files }: ModelSource): boolean =>
  !remote && files.length === 1 && /\.tar$/i.test(files[0].path);

export const isExported = (source: ModelSource): boolean =>
  isArchive(source) || (!source.remote && source.files.some(({ path }) => path === descriptionName));
