// Made by tools/shader-interfaces.ts (`npm run shaders`) from the WGSL. Do not edit.

/** Of each file: bindings as [group, binding], names that it has for others and wants of others, features of the language. */
export const probeFiles = {
  chain_step: { bindings: { previous: [0, 0], next: [0, 1] }, provides: [], needs: [], features: [] },
  fill_random: { bindings: { words: [0, 0], fill: [0, 1] }, provides: [], needs: [], features: [] },
  multiply_add: { bindings: { out: [0, 0], chain: [0, 1] }, provides: [], needs: [], features: [] },
  read_stream: { bindings: { data: [0, 0], sums: [0, 1] }, provides: [], needs: [], features: [] },
} as const;

/** What each binding is in WGSL: access and type. */
export interface ProbeBindings {
  chain_step: { previous: "read array<u32>"; next: "read_write array<u32>" };
  fill_random: { words: "read_write array<u32>"; fill: "uniform Fill" };
  multiply_add: { out: "read_write array<f32>"; chain: "uniform Chain" };
  read_stream: { data: "read array<vec4u>"; sums: "read_write array<u32>" };
}

/** Override constants that the host sets; those with a default may be left out. */
export interface ProbeOverrides {
  chain_step: {};
  fill_random: { kind: number };
  multiply_add: {};
  read_stream: {};
}

/** Structs that bindings have: bytes, and of each field its byte and type. */
export const probeRecords = {
  Fill: { sizeBytes: 12, fields: { seed: [0, "u32"], count: [4, "u32"], size: [8, "f32"] } },
  Chain: { sizeBytes: 12, fields: { rounds: [0, "u32"], factor: [4, "f32"], term: [8, "f32"] } },
} as const;
