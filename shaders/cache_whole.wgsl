// A cache that holds every position attention reads.
@group(0) @binding(1) var<storage, read> k_cache: array<vec4u>; // pages of rows; q8: and of scales
@group(0) @binding(2) var<storage, read> v_cache: array<vec4u>;

const keeps_present = false;

fn keep_present(head: u32, t: u32, begin: u32, end: u32, first: u32, stride: u32) {}
