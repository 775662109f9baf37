// One GPU device for all engines of a page that ask for the same, and each pipeline compiled once for all of them: compiling
// is most of what an engine with a tiny model costs on a software adapter. Runs in the page, so it uses nothing outside
// itself; engines must be on the page's thread (`worker: false`). A fault that no scope catches is then every engine's.

/**
 * `masked`: an engine that asks for fewer features still gets the same device, but does not see the others. Shaders declare
 * the features they use, so one that enables what was not asked for is refused, as a device without it would refuse it; the
 * same shader with the same constants is the same pipeline on both.
 */
export function shareDevices({ masked }: { masked: boolean }): void {
  const used: GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];
  const enabledBy: Record<string, string> = { f16: "shader-f16", subgroups: "subgroups" };

  class Shared {
    readonly #device: GPUDevice;
    readonly #modules = new Map<string, GPUShaderModule>();
    readonly #codes = new Map<GPUShaderModule, string>();
    readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

    constructor(device: GPUDevice) {
      this.#device = device;
    }

    module(descriptor: GPUShaderModuleDescriptor): GPUShaderModule {
      const { code } = descriptor;
      const module = this.#modules.get(code) ?? this.#device.createShaderModule(descriptor);
      this.#modules.set(code, module);
      this.#codes.set(module, code);
      return module;
    }

    pipeline(descriptor: GPUComputePipelineDescriptor): Promise<GPUComputePipeline> {
      const { module, ...rest } = descriptor.compute;
      const key = JSON.stringify([this.#codes.get(module), rest, descriptor.layout]);
      const pipeline = this.#pipelines.get(key) ?? this.#device.createComputePipelineAsync(descriptor);
      this.#pipelines.set(key, pipeline);
      return pipeline;
    }

    /** The device as seen by one who asked for these features; what is set on it is set for no other. */
    seenBy(features: ReadonlySet<string>): GPUDevice {
      const own: Record<string | symbol, unknown> = {
        features,
        destroy: () => {}, // an engine frees its buffers by itself
        createShaderModule: (descriptor: GPUShaderModuleDescriptor) => {
          for (const [, name] of descriptor.code.matchAll(/^\s*enable\s+(\w+)/gm))
            if (!features.has(enabledBy[name]))
              throw new Error(`${descriptor.label} enables ${name}, which is not here`);
          return this.module(descriptor);
        },
        createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) => this.pipeline(descriptor),
      };
      return new Proxy(this.#device, {
        get(device, key) {
          if (key in own) return own[key];
          const value: unknown = Reflect.get(device, key, device);
          return typeof value === "function" ? value.bind(device) : value;
        },
        set(_, key, value) {
          own[key] = value;
          return true;
        },
      });
    }
  }

  const opened = new Map<string, Promise<Shared>>();
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor = {}) {
    const asked = [...(descriptor.requiredFeatures ?? [])];
    const requiredFeatures = masked ? used.filter((name) => this.features.has(name)) : asked;
    const all = { ...descriptor, requiredFeatures };
    const key = JSON.stringify([requiredFeatures, descriptor.requiredLimits]);
    const known = opened.get(key) ?? requestDevice.call(this, all).then((device) => new Shared(device));
    opened.set(key, known);
    return (await known).seenBy(new Set([...asked, "core-features-and-limits"]));
  };
}
