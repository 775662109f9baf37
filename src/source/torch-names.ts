// Names of the files that transformers, HQQ and Meta save with torch, MLX as archives of arrays, MLC as shards, and exporters as
// ONNX: only their names identify them before they are read.

export const torchWhole = "pytorch_model.bin";
export const torchIndex = "pytorch_model.bin.index.json";

/** `pytorch_model.bin`, `pytorch_model-00001-of-00002.bin`; HQQ's `qmodel.pt`. */
export const isTorchPath = (path: string): boolean => /^(pytorch_model[^/]*\.bin|qmodel\.pt)$/i.test(path);

/** Meta's configuration, beside its weights. */
export const metaParams = "params.json";

/** `consolidated.00.pth`, and one more for each further GPU that the model was split across. */
export const isMetaPath = (path: string): boolean => /^consolidated\.\d\d\.pth$/.test(path);

/** MLX's first form: `weights.npz`, `weights.00.npz`. */
export const isNpzPath = (path: string): boolean => /^weights(\.\d+)?\.npz$/.test(path);

/** MLC's configuration, beside its shards. */
export const mlcConfig = "mlc-chat-config.json";

/** What lists them, the newer name first. */
export const mlcLists = ["tensor-cache.json", "ndarray-cache.json"];

/** `params_shard_0.bin` and so on. */
export const isMlcPath = (path: string): boolean => /^params_shard_\d+\.bin$/.test(path);

/** A graph, beside its configuration or in the folder onnx/ below: `model_q4.onnx`. */
export const isOnnxPath = (path: string): boolean => /^(onnx\/)?[^/]+\.onnx$/i.test(path);
