// Every reader that is fuzzed. A new reader of files gets a file beside this one and a row here.

import type { FuzzReader } from "./reader.ts";
import { ggufReader } from "./gguf.ts";
import { safetensorsReader } from "./safetensors.ts";

export const fuzzReaders: readonly FuzzReader[] = [safetensorsReader, ggufReader];
