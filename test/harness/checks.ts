// Runs the checks of test/kernels inside a browser's page, several at once if so asked. Judges nothing but faults: numbers
// are compared in Node.

import type { CheckContext, CheckReport, CheckRun, Checks, HarnessWindow } from "./check.ts";

const modules = import.meta.glob<{ checks: Checks }>("../kernels/*.check.ts");

/**
 * Validation and other errors that nobody awaited; WebGPU reports them to the device only, without saying whose they are. So
 * each check under way has a list, and a fault fails all of them; one that comes between checks fails the next.
 */
const underWay = new Set<string[]>();
const between: string[] = [];

function tellFault(fault: string): void {
  if (underWay.size === 0) between.push(`before this check: ${fault}`);
  for (const faults of underWay) faults.push(fault);
}

async function listChecks(): Promise<CheckRun[]> {
  const runs: CheckRun[] = [];
  for (const path of Object.keys(modules).toSorted()) {
    const file = path.slice(path.lastIndexOf("/") + 1);
    const { checks } = await modules[path]();
    for (const [name, check] of Object.entries(checks)) {
      const variants = typeof check === "function" ? [[]] : check.variants;
      runs.push(...variants.map((without) => ({ file, name, without })));
    }
  }
  return runs;
}

async function runCheck({ file, name, without, fewSizes, proof }: CheckRun): Promise<CheckReport> {
  const faults = between.splice(0);
  underWay.add(faults);
  try {
    const { checks } = await modules[`../kernels/${file}`]();
    const check = checks[name];
    const run = typeof check === "function" ? check : check.run;
    const { error, limit, note } = await run({ ...contextFor(without), fewSizes, proof });
    if (faults.length > 0) return { failure: faults.join("\n") };
    // NaN and infinities do not survive JSON, so they are reported as a failure here.
    if (!Number.isFinite(error)) return { failure: `the error is ${error}${note ? ` (${note})` : ""}` };
    return { error, limit, note };
  } catch (error) {
    const told = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
    return { failure: [told, ...faults].join("\n") };
  } finally {
    underWay.delete(faults);
  }
}

function contextFor(without: readonly string[]): CheckContext {
  return {
    without,
    async requestAdapter() {
      const adapter = await navigator.gpu.requestAdapter();
      if (!adapter) throw new Error("this browser gives no WebGPU adapter");
      return adapter;
    },
    async fetchBytes(path) {
      const answer = await fetch(`/${path}`);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}

const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...parameters) {
  const device = await requestDevice.apply(this, parameters);
  device.addEventListener("uncapturederror", ({ error }) => tellFault(`uncaptured: ${error.message}`));
  return device;
};

const measureFormats: HarnessWindow["measureFormats"] = async (order) =>
  (await import("./measure-formats.ts")).measureFormats(order);

Object.assign(window, { pronkHarness: { listChecks, runCheck, measureFormats } satisfies HarnessWindow });
