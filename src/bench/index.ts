// The public surface of `pronk/bench`: exports only. It is not part of the library that pages load to talk to a model.

export { countGpuCalls, watchBuffers } from "./gpu-calls.ts";
export type { GpuCalls } from "./gpu-calls.ts";
export type { KernelTotals } from "./kernel-table.ts";
export { neededBytes } from "./needs.ts";
export { adapterName, bytes, figures, rate, reportText } from "./report-text.ts";
export type { BenchReport, BenchRequest } from "./report.ts";
export { runBench } from "./run.ts";
export type { OnBenchProgress } from "./run.ts";
export { runDefinite } from "./run-definite.ts";
export type { DefiniteRun } from "./run-definite.ts";
export { benchShapes } from "./shapes.ts";
