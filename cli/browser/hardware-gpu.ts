// Whether this machine seems to have a GPU of its own. A guess from device files, made before a browser is started; the
// adapter that the browser then gives is what counts.

import { existsSync, readdirSync } from "node:fs";

export function hasHardwareGpu(): boolean {
  if (process.platform !== "linux") return true;
  if (existsSync("/dev/nvidia0")) return true;
  return existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD"));
}
