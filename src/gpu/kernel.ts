// A choice of shader and its override constants -> compute pipeline. Pipelines are compiled once and shared. Which files
// make a shader is shader-table.ts's business, how they are joined shader-source.ts's.

import { PronkError } from "../errors.ts";
import { beforeAbort } from "../waiting.ts";
import type { Gpu } from "./device.ts";
import { codeOf, joinedLines, placed, type Line } from "./shader-source.ts";
import { shaderFiles, shaderName, type ShaderChoice } from "./shader-table.ts";
import { shaderTexts } from "./shader-text.ts";

export interface KernelChoice extends ShaderChoice {
  /** Override constants by their WGSL names. */
  constants?: Record<string, number | boolean>;
}

export interface KernelOptions {
  calmly?: boolean;
  signal?: AbortSignal;
}

interface Module {
  module: GPUShaderModule;
  lines: Line[];
}

export class Kernels {
  readonly #device: GPUDevice;
  readonly #modules = new Map<string, Promise<Module>>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #calm = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * `calmly`: one compiles after another until `hurry`, so that compilers leave cores to those who read weights. After
   * `signal` none begins to compile, and nobody waits for one: a compiler itself cannot be stopped.
   */
  constructor(gpu: Gpu, { calmly = false, signal }: KernelOptions = {}) {
    this.#device = gpu.device;
    this.#signal = signal;
    if (!calmly) this.hurry();
  }

  /** From now on all that is asked for compiles at once. */
  hurry(): void {
    this.#calm.abort();
  }

  /** Errors: PronkError `driver-fault` with the compiler's words, never silent zeros; the signal's reason. */
  pipeline(choice: KernelChoice): Promise<GPUComputePipeline> {
    const key = JSON.stringify(choice);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) this.#pipelines.set(key, (pipeline = beforeAbort(this.#inTurn(choice), this.#signal)));
    return pipeline;
  }

  #inTurn(choice: KernelChoice): Promise<GPUComputePipeline> {
    const { signal } = this.#calm;
    if (signal.aborted) return this.#compile(choice);
    const hurried = new Promise((resolve) => signal.addEventListener("abort", resolve));
    const pipeline = Promise.race([this.#last, hurried]).then(() => this.#compile(choice));
    this.#last = pipeline.catch(() => {});
    return pipeline;
  }

  async #compile(choice: KernelChoice): Promise<GPUComputePipeline> {
    this.#signal?.throwIfAborted();
    const name = shaderName(choice);
    let made = this.#modules.get(name);
    if (!made) this.#modules.set(name, (made = this.#makeModule(choice, name)));
    const { module, lines } = await made;
    this.#signal?.throwIfAborted();
    const set = Object.entries(choice.constants ?? {}).map(([key, value]) => [key, Number(value)]);
    const constants: Record<string, number> = Object.fromEntries(set);
    try {
      return await this.#device.createComputePipelineAsync({
        label: name,
        layout: "auto",
        compute: { module, entryPoint: "main", constants },
      });
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const words = messages.map((message) => placed(message, lines)).join("; ");
      throw new PronkError(
        "driver-fault",
        `Shader ${name} does not compile on this adapter: ${words || cause}`,
        { shader: name },
        { cause },
      );
    }
  }

  async #makeModule(choice: KernelChoice, label: string): Promise<Module> {
    const files = shaderFiles(choice);
    const lines = joinedLines(files, await shaderTexts(files));
    this.#device.pushErrorScope("validation"); // the pipeline tells of it, with the shader's name
    const module = this.#device.createShaderModule({ label, code: codeOf(lines) });
    this.#device.popErrorScope().catch(() => {}); // a lost device tells so itself
    return { module, lines };
  }
}
