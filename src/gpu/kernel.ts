// A choice of shader and its override constants -> compute pipeline. Pipelines are compiled once and shared. Which files
// make a shader is shader-table.ts's business, how they are joined shader-source.ts's.

import { PronkError } from "../errors.ts";
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
  readonly #signal: AbortSignal | undefined;
  /** What to call for those who wait for a compiler when the signal is aborted. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #calm = true;
  #endCalm!: () => void;
  readonly #hurried = new Promise<void>((resolve) => (this.#endCalm = resolve));
  #last: Promise<unknown> = Promise.resolve();

  /**
   * `calmly`: until `hurry`, pipelines compile one after another, leaving cores to those who read weights. Once `signal` is
   * aborted none begins to compile, and nobody waits for one: a compiler itself cannot be stopped.
   */
  constructor(gpu: Gpu, { calmly = false, signal }: KernelOptions = {}) {
    this.#device = gpu.device;
    this.#signal = signal;
    if (!calmly) this.hurry();
  }

  /** From now on everything compiles as soon as it is asked for. */
  hurry(): void {
    this.#calm = false;
    this.#endCalm();
  }

  /** Errors: PronkError `driver-fault` with the compiler's words, never silent zeros; the signal's reason. */
  pipeline(choice: KernelChoice): Promise<GPUComputePipeline> {
    const key = JSON.stringify(choice);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) this.#pipelines.set(key, (pipeline = this.#beforeAbort(this.#inTurn(choice))));
    return pipeline;
  }

  /** Like waiting.ts, but with one listener for all that wait: dozens do at once, and Node takes eleven for a leak. */
  #beforeAbort<T>(work: Promise<T>): Promise<T> {
    const signal = this.#signal;
    if (!signal) return work;
    return new Promise<T>((resolve, reject) => {
      work.then(resolve, reject).finally(() => this.#noLonger(reject));
      if (signal.aborted) return reject(signal.reason);
      if (this.#waiting.size === 0) signal.addEventListener("abort", this.#onAbort);
      this.#waiting.add(reject);
    });
  }

  readonly #onAbort = () => {
    for (const reject of this.#waiting) {
      reject(this.#signal!.reason);
      this.#noLonger(reject);
    }
  };

  #noLonger(reject: (reason: unknown) => void): void {
    this.#waiting.delete(reject);
    if (this.#waiting.size === 0) this.#signal!.removeEventListener("abort", this.#onAbort);
  }

  #inTurn(choice: KernelChoice): Promise<GPUComputePipeline> {
    if (!this.#calm) return this.#compile(choice);
    const pipeline = Promise.race([this.#last, this.#hurried]).then(() => this.#compile(choice));
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
    this.#device.pushErrorScope("validation"); // the pipeline reports it, with the shader's name
    const module = this.#device.createShaderModule({ label, code: codeOf(lines) });
    this.#device.popErrorScope().catch(() => {}); // a lost device reports itself
    return { module, lines };
  }
}
