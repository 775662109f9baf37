// How an exported model is known: by the description that lies beside its files, or by being one archive. What is in them is
// export.ts's to write and exported.ts's to read.

import type { ModelSource } from "../source/source.ts";

export const descriptionName = "pronk-model.json";
/** Of the description. A newer one is not read. */
export const descriptionVersion = 1;

export const isArchive = ({ remote, files }: ModelSource): boolean =>
  !remote && files.length === 1 && /\.tar$/i.test(files[0].path);

export const isExported = (source: ModelSource): boolean =>
  isArchive(source) || (!source.remote && source.files.some(({ path }) => path === descriptionName));
