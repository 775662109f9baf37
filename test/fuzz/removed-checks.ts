// Bounds checks of the readers, each to be removed on purpose, to see whether the fuzzer notices within the cases that every
// run of the tests makes. A check is found by its text alone, which must occur in src/ exactly once: one that was moved is
// found, one that was rewritten is an error, to be mended here.

export interface RemovedCheck {
  /** The reader whose cases must notice that it is gone. */
  reader: string;
  what: string;
  text: string;
  /** In its place. */
  instead: string;
}

export const removedChecks: readonly RemovedCheck[] = [
  {
    reader: "saved-cache",
    what: "an id of a saved history is of the vocabulary",
    text: " || !ids.every((id) => id < vocabSize)",
    instead: "",
  },
  {
    reader: "saved-cache",
    what: "no position of a saved history is left out",
    text: " && position <= end;",
    instead: ";",
  },
  {
    reader: "safetensors",
    what: "a tensor begins behind the end of the one before it",
    text: "    if (start < position)\n",
    instead: "    if (false)\n",
  },
  {
    reader: "safetensors",
    what: "a tensor's bytes are as many as its shape says",
    text: "  if (offsets[1] - offsets[0] !== bits / 8)\n",
    instead: "  if (false)\n",
  },
  {
    reader: "safetensors",
    what: "no tensor is listed twice",
    text: "  if (repeated !== undefined) throw",
    instead: "  if (false) throw",
  },
  {
    reader: "safetensors",
    what: "an input of EXL2 has a place inside its row",
    text: "    if (slot >= matrix.cols || order[slot] !== 0xffffffff)\n",
    instead: "    if (false)\n",
  },
  {
    reader: "gguf",
    what: "a tensor ends inside the file",
    text: "  if (!(end <= cursor.sizeBytes))\n",
    instead: "  if (false)\n",
  },
  {
    reader: "gguf",
    what: "no tensor lies over another",
    text: "    if (tensor.start < end) throw",
    instead: "    if (false) throw",
  },
  {
    reader: "gguf",
    what: "what is read of the header is there",
    text: "    if (end > this.sizeBytes)\n",
    instead: "    if (false)\n",
  },
  {
    reader: "gguf",
    what: "a tensor has four dimensions at most",
    text: "  if (dimCount < 1 || dimCount > maxDims)\n",
    instead: "  if (false)\n",
  },
  {
    reader: "mlc",
    what: "a tensor ends within its shard",
    text: "  if (start + taken > sizeBytes)\n",
    instead: "  if (false)\n",
  },
  {
    reader: "mlc",
    what: "a tensor has the bytes that its shape takes",
    text: "  if (taken !== needed) throw",
    instead: "  if (false) throw",
  },
  {
    reader: "onnx",
    what: "external data end within their file",
    text: " && start + sizeBytes <= there.sizeBytes;",
    instead: ";",
  },
  {
    reader: "onnx",
    what: "an initializer has the bytes that its shape takes",
    text: "    if (own && own.end - own.start !== wanted)\n",
    instead: "    if (false)\n",
  },
  {
    reader: "torch",
    what: "a member's data end before the next",
    text: "  if (start + sizeBytes > limit) throw",
    instead: "  if (false) throw",
  },
  {
    reader: "torch",
    what: "no member is there twice",
    text: "    if (members.has(name)) throw",
    instead: "    if (false) throw",
  },
  {
    reader: "torch",
    what: "a pickle's value ends inside it",
    text: "    if (count > bytes.length - at) throw",
    instead: "    if (false) throw",
  },
  {
    reader: "torch",
    what: "a pickle names only what makes tensors",
    text: "        if (!globals.has(name)) throw",
    instead: "        if (false) throw",
  },
  {
    reader: "torch",
    what: "a storage has the bytes that the pickle says",
    text: "    if (!member || member.sizeBytes !== elements * element[1])\n",
    instead: "    if (!member)\n",
  },
  {
    reader: "torch",
    what: "a tensor ends inside its storage",
    text: "  if (offset + count > storage.elements)\n",
    instead: "  if (false)\n",
  },
  {
    reader: "torch",
    what: "a tensor's numbers stand in order",
    text: "  if (!isInOrder(shape, stride))\n",
    instead: "  if (false)\n",
  },
  {
    reader: "torch",
    what: "no two tensors share numbers",
    text: "    if (before?.file === file && start < before.end)\n",
    instead: "    if (false)\n",
  },
  {
    reader: "config",
    what: "a count is below its limit",
    text: " || (value as number) < min || (value as number) > max)\n",
    instead: " || (value as number) < min)\n",
  },
  {
    reader: "config",
    what: "heads are shared evenly",
    text: '  if (heads % kvHeads !== 0)\n    throw json.wrong("num_key_value_heads"',
    instead: '  if (false)\n    throw json.wrong("num_key_value_heads"',
  },
  {
    reader: "llama2c",
    what: "a field is within its limits",
    text: "    if (value < 1 || value > fieldLimits[i])\n",
    instead: "    if (false)\n",
  },
  {
    reader: "llama2c",
    what: "the file has the bytes that its header asks for",
    text: "  if (sizeBytes < endByte)\n",
    instead: "  if (false)\n",
  },
  {
    reader: "llama2c-tokens",
    what: "a token ends inside the file",
    text: "    if (length < 0 || length > bytes.length - at - 8) throw",
    instead: "    if (false) throw",
  },
  {
    reader: "tokenizer-model",
    what: "a field ends inside its message",
    text: "    if (length < 0 || length > message.length - at) throw",
    instead: "    if (false) throw",
  },
  {
    reader: "tokenizer-json",
    what: "an id is one that the file has the bytes for",
    text: "isId(id) && id < bytes.length;",
    instead: "isId(id);",
  },
  {
    reader: "tokenizer-json",
    what: "a special token is one of the model's rows",
    text: "(id !== undefined && id < vocabSize ? id : undefined);",
    instead: "id;",
  },
  {
    reader: "template",
    what: "a template's steps are counted",
    text: "    if (this.#steps < 0) fail",
    instead: "    if (false) fail",
  },
];
