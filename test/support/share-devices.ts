// One GPU device for all engines of a page that ask for the same, and each pipeline compiled once for all of them: compiling
// is most of what an engine with a tiny model costs on a software adapter. Runs in the page, so it stands on nothing outside
// itself; engines must be on the page's thread (`worker: false`). A fault that no scope catches is then every engine's.

export function shareDevices(): void {
  const opened = new Map<string, Promise<GPUDevice>>();
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (this: GPUAdapter, descriptor = {}) {
    const key = JSON.stringify(descriptor);
    const known = opened.get(key) ?? requestDevice.call(this, descriptor).then(shared);
    opened.set(key, known);
    return known;
  };

  function shared(device: GPUDevice): GPUDevice {
    const { createShaderModule, createComputePipelineAsync } = device;
    const modules = new Map<string, GPUShaderModule>();
    const codes = new Map<GPUShaderModule, string>();
    const pipelines = new Map<string, Promise<GPUComputePipeline>>();
    return Object.assign(device, {
      destroy() {}, // an engine frees its buffers by itself
      createShaderModule(descriptor: GPUShaderModuleDescriptor) {
        const { code } = descriptor;
        const module = modules.get(code) ?? createShaderModule.call(device, descriptor);
        modules.set(code, module);
        codes.set(module, code);
        return module;
      },
      createComputePipelineAsync(descriptor: GPUComputePipelineDescriptor) {
        const { module, ...rest } = descriptor.compute;
        const key = JSON.stringify([codes.get(module), rest, descriptor.layout]);
        const pipeline = pipelines.get(key) ?? createComputePipelineAsync.call(device, descriptor);
        pipelines.set(key, pipeline);
        return pipeline;
      },
    });
  }
}
