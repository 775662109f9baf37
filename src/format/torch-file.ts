// A file of torch.save (a ZIP archive since torch 1.6; HQQ's qmodel.pt, too) -> its tensors as byte ranges: the archive's directory and the pickle
// in it, no weight. Views whose rows lie one after another are ranges of their storage; others are refused.
// Format: pytorch, torch/serialization.py and torch/csrc/jit/serialization (2.13).

import { briefly, PronkError } from "../errors.ts";
import { readPickle } from "./pickle.ts";
import type { SafetensorsEntry } from "./safetensors.ts";
import type { TensorFiles } from "./tensor-files.ts";
import { dataStarts, readMember, readZipDirectory } from "./zip-directory.ts";

const maxPickleBytes = 8 * 2 ** 20; // a hundred thousand tensors

/** safetensors' word, and bytes of an element. */
type ElementType = readonly [dtype: string, bytes: number];

const storageTypes: Record<string, ElementType> = {
  FloatStorage: ["F32", 4],
  HalfStorage: ["F16", 2],
  BFloat16Storage: ["BF16", 2],
  DoubleStorage: ["F64", 8],
  LongStorage: ["I64", 8],
  IntStorage: ["I32", 4],
  ShortStorage: ["I16", 2],
  CharStorage: ["I8", 1],
  ByteStorage: ["U8", 1],
  BoolStorage: ["BOOL", 1],
};

// What the pickle is made of. A pickle makes no objects itself, so anything of these kinds was made here.
interface StorageType {
  kind: "storage type";
  element: ElementType;
}

interface Storage {
  kind: "storage";
  key: string;
  element: ElementType;
  elements: number;
}

interface Tensor {
  kind: "tensor";
  storage: Storage;
  offset: number; // in elements
  shape: number[];
  stride: number[];
}

const isA = <Made extends StorageType | Storage | Tensor>(value: unknown, kind: Made["kind"]): value is Made =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

/** Keys under which programs put the tensors in what they save, among other things. */
const wrappers = ["state_dict", "model", "module", "model_state_dict"];

/** Every tensor of the file, with its place. Throws PronkError `format`, `model-unsupported` or `integrity`. */
export async function readTorchFile(
  source: TensorFiles,
  file: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SafetensorsEntry[]> {
  const directory = await readZipDirectory(source, file, { signal });
  const { members } = directory;
  const pickles = [...members.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const root = pickles[0]?.slice(0, -"data.pkl".length);
  if (pickles.length !== 1) throw broken(file, `it has ${pickles.length} members data.pkl`, "data.pkl");
  if (members.has(`${root}constants.pkl`))
    throw new PronkError("model-unsupported", `"${file}" holds a program (TorchScript). ${otherwise}`, { file });
  const { sizeBytes } = members.get(pickles[0])!;
  if (sizeBytes > maxPickleBytes) throw broken(file, `its pickle has ${sizeBytes} bytes`, "data.pkl");
  await checkByteOrder(`${root}byteorder`);

  const pickle = readPickle(await readMember(directory, pickles[0]), {
    file,
    globals: globalsFor(file),
    persistent: (id) => storageOf(id, file),
  });
  const tensors = tensorsIn(pickle, file);
  const memberOf = ({ storage: { key, element, elements } }: Tensor, name: string): string => {
    const member = members.get(`${root}data/${key}`);
    if (!member || member.sizeBytes !== elements * element[1])
      throw broken(
        file,
        `the storage of "${name}" should have ${elements * element[1]} bytes and has ${member?.sizeBytes ?? "none"}`,
        name,
      );
    return member.name;
  };
  const storages = new Map([...tensors].map(([name, tensor]) => [name, memberOf(tensor, name)]));
  const starts = await dataStarts(directory, [...new Set(storages.values())]);
  const entries = [...tensors].map(([name, tensor]) => toEntry(name, tensor, file, starts.get(storages.get(name)!)!));
  return entries.toSorted((a, b) => a.start - b.start || a.end - b.end);

  async function checkByteOrder(name: string): Promise<void> {
    const order = members.get(name);
    if (!order) return; // older than torch 2.1, and written where numbers are little-endian
    const found = order.sizeBytes <= 16 ? new TextDecoder().decode(await readMember(directory, name)) : "other bytes";
    if (found === "little") return;
    throw new PronkError(
      "model-unsupported",
      `"${file}" has its numbers in the byte order ${briefly(found)}; pronk reads little. ${otherwise}`,
      { file, field: "byteorder", expected: "little", found: briefly(found) },
    );
  }
}

const otherwise = "Take safetensors of the same model, or load the file in torch and save its state_dict again.";

/** What the pickle may name. A state_dict's tensors are parameters where a program has saved those. */
function globalsFor(file: string): ReadonlyMap<string, unknown> {
  const globals = new Map<string, unknown>([
    ["collections.OrderedDict", () => new Map()],
    [
      "torch._utils._rebuild_tensor_v2",
      (storage: unknown, offset: unknown, shape: unknown, stride: unknown) => {
        if (!isA<Storage>(storage, "storage") || !isCount(offset) || !isCounts(shape) || !isCounts(stride))
          throw broken(file, "a tensor in it is not made of storage, offset, shape and stride", "data.pkl");
        return { kind: "tensor", storage, offset, shape, stride } satisfies Tensor;
      },
    ],
    ["torch._utils._rebuild_parameter", (data: unknown) => data],
  ]);
  // HQQ's: sizes, and types of numbers, which its tensors have themselves.
  globals.set("torch.Size", (sizes: unknown) => sizes);
  for (const type of ["float16", "bfloat16", "float32", "uint8", "int32"]) globals.set(`torch.${type}`, null);
  for (const [name, element] of Object.entries(storageTypes))
    globals.set(`torch.${name}`, { kind: "storage type", element } satisfies StorageType);
  return globals;
}

/** ("storage", type, key, device, elements) */
function storageOf(id: unknown, file: string): Storage {
  const [kind, type, key, , elements] = Array.isArray(id) ? id : [];
  if (kind !== "storage" || !isA<StorageType>(type, "storage type") || typeof key !== "string" || !isCount(elements))
    throw broken(file, "a storage in it is not told by type, key and size", "data.pkl");
  return { kind: "storage", key, element: type.element, elements };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function tensorsIn(pickle: unknown, file: string): Map<string, Tensor> {
  const own = namedTensors(pickle);
  if (own.size > 0) return own;
  for (const wrapper of wrappers) {
    const inner = namedTensors(pickle instanceof Map ? pickle.get(wrapper) : undefined);
    if (inner.size > 0) return inner;
  }
  const ofModules = moduleTensors(pickle);
  if ([...ofModules.keys()].some((name) => name.endsWith(".W_q"))) return ofModules;
  throw new PronkError("model-unsupported", `"${file}" holds no dict of tensors (a state_dict). ${otherwise}`, {
    file,
    expected: `a dict of tensors, or one under ${wrappers.join(", ")}`,
    found: pickle instanceof Map ? briefly([...pickle.keys()].filter((key) => typeof key === "string")) : "no dict",
  });
}

const namedTensors = (dict: unknown): Map<string, Tensor> =>
  new Map(
    [...(dict instanceof Map ? (dict as Map<unknown, unknown>) : [])].filter(
      (pair): pair is [string, Tensor] => typeof pair[0] === "string" && isA<Tensor>(pair[1], "tensor"),
    ),
  );

/**
 * HQQ's: a dict for each module, with its tensors; until 0.2 a matrix' scales stand in a dict `meta` of that. What bytes of
 * scales or zero points stand for is in a dict of its own.
 */
function moduleTensors(pickle: unknown): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const member = (dict: unknown, key: string): unknown => (dict instanceof Map ? dict.get(key) : undefined);
  for (const [module, own] of pickle instanceof Map ? (pickle as Map<unknown, unknown>) : []) {
    if (typeof module !== "string") continue;
    for (const dict of [own, member(own, "meta")]) {
      for (const [end, tensor] of namedTensors(dict)) tensors.set(`${module}.${end}`, tensor);
      for (const nested of ["meta_scale", "meta_zero"])
        for (const [end, tensor] of namedTensors(member(dict, nested)))
          tensors.set(`${module}.${nested}.${end}`, tensor);
    }
  }
  return tensors;
}

function toEntry(name: string, tensor: Tensor, file: string, storageStart: number): SafetensorsEntry {
  const { storage, offset, shape, stride } = tensor;
  const [dtype, bytes] = storage.element;
  const count = shape.reduce((product, length) => product * length, 1);
  if (!isInOrder(shape, stride))
    throw new PronkError(
      "model-unsupported",
      `Tensor "${name}" in "${file}" is a view whose numbers do not stand in order (shape [${shape}], stride [${stride}]). Load the file in torch and save the tensors .contiguous().`,
      { file, field: name, expected: "a tensor in order", found: `stride [${briefly(stride)}]` },
    );
  if (offset + count > storage.elements)
    throw broken(file, `tensor "${name}" ends at element ${offset + count} of a storage of ${storage.elements}`, name);
  const start = storageStart + offset * bytes;
  return { name, dtype, shape, file, start, end: start + count * bytes };
}

/** Whether the elements are contiguous, the last axis first. For an axis of one element the stride means nothing. */
function isInOrder(shape: readonly number[], stride: readonly number[]): boolean {
  if (shape.length !== stride.length) return false;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

function broken(file: string, what: string, field: string): PronkError {
  return new PronkError(
    "format",
    `"${file}" is not a whole, valid torch file: ${what}. Fetch the file again; if that does not help, ask who published it.`,
    { file, field },
  );
}
