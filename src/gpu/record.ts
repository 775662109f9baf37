// Records as shaders read them: fields by name, each at the place that WGSL gives it (shader-interfaces.ts).

/** A struct of WGSL as it lies in a buffer: of each field its byte and type. */
export interface RecordLayout {
  sizeBytes: number;
  fields: Record<string, readonly [offset: number, type: keyof FieldValue]>;
}

type FieldValue = {
  u32: number;
  f32: number;
  vec4u: readonly [number, number, number, number];
  "array<vec4u, 8>": readonly number[];
};

export type RecordFields<Layout extends RecordLayout> = {
  [Name in keyof Layout["fields"]]: FieldValue[Layout["fields"][Name][1]];
};

export function packRecord<const Layout extends RecordLayout>(
  { sizeBytes, fields }: Layout,
  values: RecordFields<Layout>,
): ArrayBuffer {
  const record = new ArrayBuffer(sizeBytes);
  const [words, floats] = [new Uint32Array(record), new Float32Array(record)];
  for (const [name, [offset, type]] of Object.entries(fields)) {
    const value = values[name] as number | readonly number[];
    if (typeof value !== "number") words.set(value, offset / 4);
    else (type === "f32" ? floats : words)[offset / 4] = value;
  }
  return record;
}
