// Every fuzzed reader. A new reader of files gets a file beside this one and a row here.

import { configReader } from "./config.ts";
import { grammarReader, schemaReader } from "./constraint.ts";
import { generationConfigReader } from "./generation-config.ts";
import { ggufReader } from "./gguf.ts";
import { indexReader } from "./index-json.ts";
import { llama2cReader, llama2cTokensReader } from "./llama2c.ts";
import { mlcReader } from "./mlc.ts";
import { onnxFuzzReader } from "./onnx.ts";
import type { FuzzReader } from "./reader.ts";
import { safetensorsReader } from "./safetensors.ts";
import { savedCacheReader } from "./saved-cache.ts";
import { templateReader } from "./template.ts";
import { tokenizerConfigReader } from "./tokenizer-config.ts";
import { tokenizerJsonReader } from "./tokenizer-json.ts";
import { torchReader } from "./torch.ts";
import { tokenizerModelReader } from "./tokenizer-model.ts";

export const fuzzReaders: readonly FuzzReader[] = [
  safetensorsReader,
  indexReader,
  ggufReader,
  torchReader,
  mlcReader,
  onnxFuzzReader,
  configReader,
  generationConfigReader,
  llama2cReader,
  llama2cTokensReader,
  tokenizerJsonReader,
  tokenizerModelReader,
  tokenizerConfigReader,
  templateReader,
  schemaReader,
  grammarReader,
  savedCacheReader,
];
