// WGSL text -> compute pipeline. A kernel is one file, plus one decode file where it reads weights; it varies only by
// override constants and by the `enable` lines its files need. Pipelines are compiled once and shared.

import { PronkError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import { decodes, kernels, type DecodeName, type KernelName } from "./shader-table.ts";

export interface KernelChoice {
  kernel: KernelName;
  decode?: DecodeName;
  /** Override constants by their WGSL names. */
  constants?: Record<string, number>;
}

/** The whole WGSL of a kernel: enables first, then decode, then kernel. */
export function shaderSource({ kernel, decode }: KernelChoice): string {
  const parts = [kernels[kernel], ...(decode ? [decodes[decode]] : [])];
  const enables = new Set<string>();
  if (parts.some((part) => /\bf16>/.test(part))) enables.add("enable f16;");
  if (parts.some((part) => /\bsubgroup_invocation_id\b/.test(part))) enables.add("enable subgroups;");
  // Directives (a kernel may carry a diagnostic) must stand before every declaration.
  const directives: string[] = [...enables];
  const bodies = parts.map((part) =>
    part.replace(/^diagnostic\(.*\);.*$/m, (line) => {
      directives.push(line);
      return "";
    }),
  );
  return [...directives, ...bodies].join("\n");
}

export class Kernels {
  readonly #device: GPUDevice;
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(gpu: Gpu) {
    this.#device = gpu.device;
  }

  /** Errors: PronkError `unsupported` with the compiler's words; never silent zeros. */
  pipeline(choice: KernelChoice): Promise<GPUComputePipeline> {
    const key = JSON.stringify(choice);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) this.#pipelines.set(key, (pipeline = this.#compile(choice)));
    return pipeline;
  }

  async #compile(choice: KernelChoice): Promise<GPUComputePipeline> {
    const name = choice.decode ? `${choice.kernel}+${choice.decode}` : choice.kernel;
    let module = this.#modules.get(name);
    if (!module) {
      module = this.#device.createShaderModule({ label: name, code: shaderSource(choice) });
      this.#modules.set(name, module);
    }
    try {
      return await this.#device.createComputePipelineAsync({
        label: name,
        layout: "auto",
        compute: { module, entryPoint: "main", constants: choice.constants ?? {} },
      });
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const words = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join("; ");
      throw new PronkError(
        "unsupported",
        `Shader ${name} does not compile on this adapter: ${words || cause}`,
        { shader: name },
        { cause },
      );
    }
  }
}
