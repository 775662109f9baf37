// Proves the harness itself: a shader of three lines runs on this browser's adapter and its numbers come back. Needs
// nothing of the engine, so a failure here is the browser's and not pronk's.

import type { CheckContext, CheckResult, Checks } from "../harness/check.ts";

const code = `
@group(0) @binding(0) var<storage, read_write> sum: array<f32>;
@group(0) @binding(1) var<storage, read> term: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&sum)) { sum[id.x] += term[id.x]; }
}`;

async function addVectors({ requestAdapter }: CheckContext): Promise<CheckResult> {
  const size = 1003; // not a multiple of the workgroup
  const device = await (await requestAdapter()).requestDevice();
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const sum = device.createBuffer({ size: 4 * size, usage });
  const term = device.createBuffer({ size: 4 * size, usage });
  const back = device.createBuffer({ size: 4 * size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(
    sum,
    0,
    Float32Array.from({ length: size }, (_, i) => i),
  );
  device.queue.writeBuffer(
    term,
    0,
    Float32Array.from({ length: size }, (_, i) => 2 * i + 1),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [sum, term].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(size / 64));
  pass.end();
  encoder.copyBufferToBuffer(sum, 0, back, 0, 4 * size);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const result = new Float32Array(back.getMappedRange().slice(0));
  device.destroy();
  return { error: Math.max(...result.map((value, i) => Math.abs(value - (3 * i + 1)))), limit: 0 };
}

export const checks: Checks = { "adds two vectors": addVectors };
