// A cache that holds every position attention reads.
@group(0) @binding(1) var<storage, read> k_cache: array<vec4u>; // [kv_heads, context, row_words]; q8: and scales,
@group(0) @binding(2) var<storage, read> v_cache: array<vec4u>; // [kv_heads, context, scale_words] words of two f16

const keeps_present = false;

fn keep_present(head: u32, first: u32, stride: u32) {}
