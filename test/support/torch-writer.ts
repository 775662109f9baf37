// Files as torch.save writes them, byte for byte in what is read: a ZIP archive of stored members, data at multiples of 64
// followed by their descriptors, and a pickle as a list of opcodes, so that tests can change any of it.

export interface ZipPart {
  name: string;
  data: Uint8Array;
  method?: number;
  flags?: number;
  /** What the directory says about it instead. */
  says?: { size?: number; stored?: number; start?: number };
  /** The extra field's length that the local header gives instead. */
  extraBytes?: number;
}

export interface ZipOptions {
  /** Default 64, with padding; 1 is none, as other writers do it. */
  alignment?: number;
  /** With ZIP64's fields, however small it is. */
  long?: boolean;
  comment?: Uint8Array;
  /** What the record at the end says instead. */
  says?: { count?: number; size?: number; start?: number };
}

export function zipBytes(
  parts: readonly ZipPart[],
  { alignment = 64, long = false, comment = new Uint8Array(0), says = {} }: ZipOptions = {},
): Uint8Array<ArrayBuffer> {
  const file: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array) => {
    file.push(bytes);
    at += bytes.length;
  };
  const entries: Uint8Array[] = [];
  for (const {
    name,
    data,
    method = 0,
    flags = data.length > 0 ? 0x0808 : 0x0800,
    says: entry = {},
    extraBytes,
  } of parts) {
    const encoded = new TextEncoder().encode(name);
    const headerStart = at;
    const bare = at + 30 + encoded.length;
    const padding = alignment === 1 ? 0 : 4 + ((alignment - ((bare + 4) % alignment)) % alignment);
    const extra = new Uint8Array(padding).fill(0x5a);
    if (padding > 0) extra.set([0x46, 0x42, (padding - 4) & 0xff, (padding - 4) >> 8]);
    put(little([0x04034b50, 4], [0, 2], [flags, 2], [method, 2], [0, 4], [0, 4], [0, 4], [0, 4], [encoded.length, 2], [extraBytes ?? padding, 2])); // prettier-ignore
    put(encoded);
    put(extra);
    put(data);
    if ((flags & 8) !== 0)
      put(little([0x08074b50, 4], [0, 4], [data.length, long ? 8 : 4], [data.length, long ? 8 : 4]));
    const { size = data.length, stored = size, start = headerStart } = entry;
    const longs = long ? little([1, 2], [24, 2], [size, 8], [stored, 8], [start, 8]) : new Uint8Array(0);
    const field = (value: number): [number, number] => [long ? 0xffffffff : value, 4];
    entries.push(little([0x02014b50, 4], [0, 4], [flags, 2], [method, 2], [0, 4], [0, 4], field(stored), field(size), [encoded.length, 2], [longs.length, 2], [0, 2], [0, 4], [0, 4], field(start)), encoded, longs); // prettier-ignore
  }
  const directoryStart = at;
  entries.forEach(put);
  const { count = parts.length, size = at - directoryStart, start = directoryStart } = says;
  if (long) {
    const record = at;
    put(little([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [count, 8], [count, 8], [size, 8], [start, 8])); // prettier-ignore
    put(little([0x07064b50, 4], [0, 4], [record, 8], [1, 4]));
  }
  const narrow = (value: number, bytes: number): [number, number] => [long ? 2 ** (8 * bytes) - 1 : value, bytes];
  put(little([0x06054b50, 4], [0, 4], narrow(count, 2), narrow(count, 2), narrow(size, 4), narrow(start, 4), [comment.length, 2])); // prettier-ignore
  put(comment);
  const whole = new Uint8Array(at);
  let end = 0;
  for (const bytes of file) {
    whole.set(bytes, end);
    end += bytes.length;
  }
  return whole;
}

/** Numbers of the given sizes in bytes, one after another. */
export function little(...fields: [value: number | bigint, bytes: number][]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([value, bytes]) =>
      Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn)),
    ),
  );
}

export interface TorchTensor {
  name: string;
  /** As in `torch.HalfStorage`. */
  type: string;
  shape: number[];
  /** Default: in order. */
  stride?: number[];
  /** In elements. */
  offset?: number;
  /** Default: one of its own. Tensors that share one have one array here. */
  storage: Uint8Array;
  /** As nn.Parameter. */
  parameter?: boolean;
}

export const storageBytes: Record<string, number> = {
  ...{ FloatStorage: 4, HalfStorage: 2, BFloat16Storage: 2, DoubleStorage: 8, LongStorage: 8, IntStorage: 4 },
  ...{ ShortStorage: 2, CharStorage: 1, ByteStorage: 1, BoolStorage: 1 },
};

const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return new Uint8Array([0x58, ...little([bytes.length, 4]), ...bytes]);
};
export const number = (value: number): Uint8Array => {
  if (value >= 0 && value < 256) return new Uint8Array([0x4b, value]);
  if (value >= 0 && value < 65536) return new Uint8Array([0x4d, ...little([value, 2])]);
  if (Math.abs(value) < 2 ** 31) return new Uint8Array([0x4a, ...little([value, 4])]);
  return new Uint8Array([0x8a, 8, ...little([value, 8])]);
};
export const named = (module: string, name: string): Uint8Array =>
  new Uint8Array([0x63, ...new TextEncoder().encode(`${module}\n${name}\n`)]);
const op = (...codes: number[]) => new Uint8Array(codes);
const tuple = (values: number[]) => [op(0x28), ...values.map(number), op(0x74)];

/** The opcodes of a state_dict, each with its operands. `wrapper`: under this key, beside an epoch and a loss. */
export function stateDict(tensors: readonly TorchTensor[], wrapper?: string): Uint8Array[] {
  const keys = new Map<Uint8Array, string>();
  const ops: Uint8Array[] = [op(0x80, 2)];
  if (wrapper !== undefined) ops.push(op(0x7d), op(0x28), text("epoch"), number(3), text(wrapper));
  ops.push(named("collections", "OrderedDict"), op(0x29), op(0x52), op(0x71, 0), op(0x28));
  for (const { name, type, shape, stride, offset = 0, storage, parameter } of tensors) {
    if (!keys.has(storage)) keys.set(storage, `${keys.size}`);
    const inOrder = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, count) => product * count, 1));
    ops.push(text(name));
    if (parameter) ops.push(named("torch._utils", "_rebuild_parameter"), op(0x28));
    ops.push(named("torch._utils", "_rebuild_tensor_v2"), op(0x28), op(0x28), text("storage"), named("torch", type));
    ops.push(text(keys.get(storage)!), text("cpu"), number(storage.length / storageBytes[type]), op(0x74), op(0x51));
    ops.push(number(offset), ...tuple(shape), ...tuple(stride ?? inOrder), op(0x89));
    const hooks = [named("collections", "OrderedDict"), op(0x29), op(0x52)];
    ops.push(...hooks, op(0x74), op(0x52));
    if (parameter) ops.push(op(0x88), ...hooks, op(0x74), op(0x52));
  }
  ops.push(op(0x75), op(0x7d), text("_metadata"), op(0x7d), op(0x73), op(0x62));
  if (wrapper !== undefined) ops.push(text("loss"), op(0x47, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0), op(0x75));
  return [...ops, op(0x2e)];
}

/** The archive's members: the pickle, the byte order, the storages. */
export function torchParts(tensors: readonly TorchTensor[], ops = stateDict(tensors)): ZipPart[] {
  const pickle = Uint8Array.from(ops.flatMap((one) => [...one]));
  const storages = [...new Set(tensors.map(({ storage }) => storage))];
  const ascii = (value: string) => new TextEncoder().encode(value);
  return [
    { name: "archive/data.pkl", data: pickle },
    { name: "archive/byteorder", data: ascii("little") },
    ...storages.map((data, key) => ({ name: `archive/data/${key}`, data })),
    { name: "archive/version", data: ascii("3\n") },
  ];
}

export const torchFile = (tensors: readonly TorchTensor[], options?: ZipOptions): Uint8Array<ArrayBuffer> =>
  zipBytes(torchParts(tensors), options);
