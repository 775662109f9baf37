// The device that kernel checks share in Chromium (support/share-devices): a check that does without a feature must not get
// it, and one shader with one set of constants has one pipeline. Run from its text, as in the page.

import { beforeAll, expect, test } from "vitest";
import { shareDevices } from "../../support/share-devices.ts";

class Adapter {
  readonly features = new Set(["subgroups", "timestamp-query", "depth-clip-control"]);

  async requestDevice({ requiredFeatures }: GPUDeviceDescriptor) {
    const features = new Set(requiredFeatures);
    return {
      features,
      createShaderModule: ({ code }: GPUShaderModuleDescriptor) => ({ code, real: features }),
      createComputePipelineAsync: async () => ({ real: features }),
    };
  }
}

const request = (...requiredFeatures: string[]) =>
  new Adapter().requestDevice({ requiredFeatures } as never) as unknown as Promise<GPUDevice>;

beforeAll(() => {
  Object.assign(globalThis, { GPUAdapter: Adapter });
  const inPage = new Function(`return (${shareDevices})`)() as typeof shareDevices;
  inPage({ masked: true });
});

test("who does without a feature does not see it, and cannot compile what enables it", async () => {
  const [bare, full] = [await request(), await request("subgroups")];
  expect([bare.features.has("subgroups"), full.features.has("subgroups")]).toEqual([false, true]);
  const shader = { label: "matvec_subgroup", code: "enable subgroups;\nfn main() {}" };
  expect(() => bare.createShaderModule(shader)).toThrow("matvec_subgroup enables subgroups");
  expect(full.createShaderModule(shader)).toMatchObject({ real: new Set(["subgroups", "timestamp-query"]) });
});

test("the same shader with the same constants is compiled once for both, others apart", async () => {
  const devices = [await request(), await request("subgroups")];
  const compiled = (constants: Record<string, number>) =>
    Promise.all(
      devices.map((device) => {
        const module = device.createShaderModule({ code: "fn main() {}" });
        return device.createComputePipelineAsync({ layout: "auto", compute: { module, constants } });
      }),
    );
  const [[a, b], [c]] = [await compiled({ lanes: 1 }), await compiled({ lanes: 4 })];
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

test("what one does to its device is nothing to another", async () => {
  const [one, other] = [await request(), await request()];
  one.createBuffer = () => ({}) as GPUBuffer;
  one.destroy();
  expect(other.createBuffer).toBeUndefined();
});
