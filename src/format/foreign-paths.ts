// Names of files that are not weights that are read, whatever they end in, and the way to what says of each what it is. That is
// loaded only once something could not be read.

import { onDemand } from "../on-demand.ts";

export const foreignPaths = {
  meta: /(^|\/)consolidated[^/]*\.(pth|pt|safetensors)$/i,
  torch: /(^|\/)pytorch_model[^/]*\.bin$/i,
  adapter: /(^|\/)adapter_(config\.json|model\.(safetensors|bin))$/i,
  openvino: /(^|\/)openvino_[^/]*\.(bin|xml)$/i,
  ctranslate2: /(^|\/)(shared_)?vocabulary\.(json|txt)$/i,
  parts: /\.gguf[.-](part|split)[^/]*$/i,
  ggml: /(^|[/.-])ggml[^/]*\.bin$/i,
  images: /(^|\/)mmproj[^/]*\.gguf$/i,
  arrays: /\.(npz|npy)$/i,
  flax: /\.msgpack$/i,
  keras: /\.(h5|keras)$|(^|\/)saved_model\.pb$/i,
  tflite: /\.(tflite|task|litertlm)$/i,
  coreml: /\.(mlmodelc?|mlpackage)(\/|$)/i,
  others: /\.(pte|engine|nemo|llamafile)$/i,
  training: /(^|\/)(training_args|optimizer|scheduler|rng_state[^/]*|trainer_state)\.(bin|pt|pth|json)$/i,
  pickles: /\.(pth|pt|ckpt|pkl)$/i,
} as const;

/** Whether a file's name shows that it is not weights that are read. */
export const isForeignPath = (path: string): boolean =>
  Object.values(foreignPaths).some((pattern) => pattern.test(path));

export const foreignLayouts = onDemand("names what is not read", () => import("./foreign-layouts.ts"));
