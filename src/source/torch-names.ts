// Names of the files that transformers and Meta save with torch, which are all that tells them before they are read.

export const torchWhole = "pytorch_model.bin";
export const torchIndex = "pytorch_model.bin.index.json";

/** `pytorch_model.bin`, `pytorch_model-00001-of-00002.bin`. */
export const isTorchPath = (path: string): boolean => /^pytorch_model[^/]*\.bin$/i.test(path);

/** Meta's configuration, beside its weights. */
export const metaParams = "params.json";

/** `consolidated.00.pth`, and a number more for each GPU that the model was cut for. */
export const isMetaPath = (path: string): boolean => /^consolidated\.\d\d\.pth$/.test(path);
