// Names of the files that transformers saves with torch, which are all that tells them before they are read.

export const torchWhole = "pytorch_model.bin";
export const torchIndex = "pytorch_model.bin.index.json";

/** `pytorch_model.bin`, `pytorch_model-00001-of-00002.bin`. */
export const isTorchPath = (path: string): boolean => /^pytorch_model[^/]*\.bin$/i.test(path);
