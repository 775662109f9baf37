// A plan is a list of dispatches made once: pipelines, bind groups, grids. Running it creates nothing, so a token costs
// one pass. Grids may grow with the tokens of the batch and with the positions so far; everything else is fixed.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import { bindGroups, choiceOf, type KernelUse } from "./dispatch.ts";
import type { Kernels } from "./kernel.ts";
import { shaderName } from "./shader-table.ts";

/** A kernel with its buffers and constants by name, and its grid. */
export type DispatchRequest = KernelUse & Grid;

export interface Grid {
  /** Workgroups along x. */
  groups: number;
  /** Workgroups along y for a batch of that many tokens; default one. */
  groupsForTokens?: (tokens: number) => number;
  /** Workgroups along z for the batch that ends at a position; default one. Where it is 0 the dispatch is left out. */
  groupsAtPosition?: (position: number) => number;
  /** Bytes that a token reads here by design. */
  bytesRead?: number;
}

interface Dispatch {
  label: string;
  pipeline: GPUComputePipeline;
  bindGroups: GPUBindGroup[];
  groups: number;
  groupsForTokens: (tokens: number) => number;
  groupsAtPosition: (position: number) => number;
}

/** Where a batch stands. */
export interface Batch {
  position: number;
  tokens: number;
}

export interface Plan {
  /** Kernel names of the dispatches, in order. */
  readonly labels: readonly string[];
  /** Bytes that a batch of one token reads by design. */
  readonly bytesRead: number;
  /** Encodes dispatches [from, to) into the pass; all of them by default. */
  encode(pass: GPUComputePassEncoder, batch: Batch, from?: number, to?: number): void;
  /** Binds anew where the buffers of its bindings have changed. */
  bind(): void;
}

/** Compiles and binds what was recorded, in order. */
export async function makePlan(gpu: Gpu, kernels: Kernels, requests: DispatchRequest[]): Promise<Plan> {
  const { device } = gpu;
  const most = gpu.groupsPerDimension;
  const pipelines = await Promise.all(requests.map((request) => kernels.pipeline(choiceOf(request))));
  const dispatches = requests.map((request, i): Dispatch => {
    // Over the limit WebGPU drops the dispatch with an asynchronous error and the result stays zero: refuse it here.
    if (request.groups > most) {
      throw new PronkError(
        "adapter-too-small",
        `${request.kernel} needs ${request.groups} workgroups; the adapter allows ${most}.`,
        {
          shader: request.kernel,
        },
      );
    }
    return {
      label: shaderName(choiceOf(request)),
      pipeline: pipelines[i],
      bindGroups: bindGroups(device, pipelines[i], request),
      groups: request.groups,
      groupsForTokens: request.groupsForTokens ?? (() => 1),
      groupsAtPosition: request.groupsAtPosition ?? (() => 1),
    };
  });
  return {
    labels: dispatches.map(({ label }) => label),
    bytesRead: requests.reduce((sum, { bytesRead = 0 }) => sum + bytesRead, 0),
    bind() {
      for (const [i, request] of requests.entries())
        dispatches[i].bindGroups = bindGroups(device, pipelines[i], request);
    },
    encode(pass, { position, tokens }, from = 0, to = dispatches.length) {
      for (let i = from; i < to; i++) {
        const { pipeline, bindGroups, groups, groupsForTokens, groupsAtPosition } = dispatches[i];
        const depth = groupsAtPosition(position + tokens - 1);
        if (depth === 0) continue;
        pass.setPipeline(pipeline);
        for (let index = 0; index < bindGroups.length; index++) pass.setBindGroup(index, bindGroups[index]);
        pass.dispatchWorkgroups(groups, groupsForTokens(tokens), depth);
      }
    },
  };
}
