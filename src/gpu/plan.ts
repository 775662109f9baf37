// A plan is a list of dispatches made once: pipelines, bind groups, grids. Running it creates nothing, so a token costs
// one pass. Grids may grow with the number of tokens in the batch; everything else is fixed.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import type { KernelChoice, Kernels } from "./kernel.ts";

export interface DispatchRequest extends KernelChoice {
  /** Buffers of @group(0), in binding order. */
  buffers: GPUBuffer[];
  /** Buffers of @group(1): a weight's own. */
  weights?: GPUBuffer[];
  /** Workgroups along x. */
  groups: number;
  /** Workgroups along y for a batch of that many tokens; default one. */
  groupsForTokens?: (tokens: number) => number;
}

interface Dispatch {
  pipeline: GPUComputePipeline;
  bindGroups: GPUBindGroup[];
  groups: number;
  groupsForTokens: (tokens: number) => number;
}

export interface Plan {
  readonly dispatches: number;
  /** Encodes every dispatch into the pass, for a batch of `tokens`. */
  encode(pass: GPUComputePassEncoder, tokens: number): void;
}

/** Compiles and binds what was recorded, in order. */
export async function makePlan(gpu: Gpu, kernels: Kernels, requests: DispatchRequest[]): Promise<Plan> {
  const { device } = gpu;
  const most = device.limits.maxComputeWorkgroupsPerDimension;
  const pipelines = await Promise.all(
    requests.map(({ kernel, decode, constants }) => kernels.pipeline({ kernel, decode, constants })),
  );
  const bind = (pipeline: GPUComputePipeline, index: number, buffers: GPUBuffer[]) =>
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(index),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  const dispatches = requests.map((request, i): Dispatch => {
    // Over the limit WebGPU drops the dispatch with an asynchronous error and the result stays zero: refuse it here.
    if (request.groups > most) {
      throw new PronkError(
        "unsupported",
        `${request.kernel} needs ${request.groups} workgroups; the adapter allows ${most}.`,
        {
          shader: request.kernel,
        },
      );
    }
    const bindGroups = [bind(pipelines[i], 0, request.buffers)];
    if (request.weights) bindGroups.push(bind(pipelines[i], 1, request.weights));
    return {
      pipeline: pipelines[i],
      bindGroups,
      groups: request.groups,
      groupsForTokens: request.groupsForTokens ?? (() => 1),
    };
  });
  return {
    dispatches: dispatches.length,
    encode(pass, tokens) {
      for (const { pipeline, bindGroups, groups, groupsForTokens } of dispatches) {
        pass.setPipeline(pipeline);
        for (const [index, bindGroup] of bindGroups.entries()) pass.setBindGroup(index, bindGroup);
        pass.dispatchWorkgroups(groups, groupsForTokens(tokens));
      }
    },
  };
}
