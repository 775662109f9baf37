// Flags for WebGPU in Chromium with and without a GPU; nothing else is changed about the browser.

import type { LaunchPlan } from "./page-interface.ts";

const quietFlags = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-gpu-watchdog", // a software dispatch may take many seconds
];

// Without these two, a machine without a GPU gets no adapter.
const softwareFlags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
// Headless Chromium on Linux uses a GPU only when told to go through Vulkan and to present nothing.
const hardwareFlags =
  process.platform === "linux"
    ? ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-angle=vulkan", "--disable-vulkan-surface"]
    : ["--enable-unsafe-webgpu"];

export function chromiumFlags({ software, webgpu }: Pick<LaunchPlan, "software" | "webgpu">): string[] {
  const flags = [...quietFlags, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
  if (webgpu) flags.push(...(software ? softwareFlags : hardwareFlags));
  return flags;
}
