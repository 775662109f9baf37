// A report as plain text in columns: for the terminal, and for people to paste where they like.

import type { Variants } from "../gpu/variants.ts";
import type { KernelTotals } from "./kernel-table.ts";
import type { BenchReport } from "./report.ts";
import type { Spread } from "./statistics.ts";

/** Three figures that count: 0.0123, 1.23, 123, 12345. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** 12.3 GB, decimal as the makers of memory count. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${figures(value / 1000 ** power)} ${units[power]}`;
}

/** Billions a second; "" where there is nothing to tell. */
export function rate(amount: number, ms: number): string {
  if (!(amount > 0 && ms > 0)) return "";
  const value = amount / ms / 1e6;
  return value < 0.01 ? "<0.01" : figures(value);
}

/** Whole where it is whole, as counts should be. */
function count(value: number): string {
  return Number.isInteger(value) ? String(value) : figures(value);
}

function between({ median, min, max, runs }: Spread, unit: string): string {
  return `${figures(median)} ${unit}`.padEnd(18) + `${figures(min)} to ${figures(max)} in ${runs} runs`;
}

/** The GPU in words, and whether it is software. */
export function adapterName({ adapter }: Pick<BenchReport, "adapter">): string {
  const words = [adapter.vendor, adapter.architecture, adapter.device, adapter.description].filter(Boolean);
  return `${words.join(", ") || "not named by the browser"}${adapter.software ? " (software, no GPU)" : ""}`;
}

function variantWords({ fused, matvec, lanes, splits, matmul, int8, runAhead }: Variants): string {
  const one = {
    plain: `${lanes} lane${lanes > 1 ? "s" : ""}`,
    subgroup: `subgroups, ${splits} to four rows`,
    tile: "a token by tiles",
    bytes: "a token by bytes",
  }[matvec];
  return [
    fused ? "fused" : "apart",
    one,
    `prompt by ${int8 ? "bytes" : matmul}`,
    runAhead ? "running ahead" : "one step at a time",
  ].join("; ");
}

/** `browser` as its driver names it; else what the page itself was told. */
export function reportText(report: BenchReport & { /** By its driver. */ browser?: string }): string {
  const { spread, perToken: token, check } = report;
  const line = (name: string, words: string) => `${name.padEnd(20)}${words}`;
  const off = report.without.length > 0 ? `, without ${report.without.join(", ")}` : "";
  const lines = [
    `pronk benchmark, ${report.date.slice(0, 16).replace("T", " ")} UTC`,
    line(
      "model",
      `${report.shape}, ${report.layers} layers, random weights, ${report.quantize}, ${report.kv} cache${off}`,
    ),
    line("prompt, answer", `${report.prompt} and ${report.decode} tokens in a context of ${report.context}`),
    line("browser", report.browser ?? report.userAgent),
    line("adapter", adapterName(report)),
    line("features", report.adapter.features.join(", ") || "none"),
    line("kernels", variantWords(report.variants)),
    "",
    line("decode", between(spread.decodeTokensPerSecond, "tok/s")),
    line("prefill", between(spread.prefillTokensPerSecond, "tok/s")),
    line("first token", between(spread.timeToFirstTokenMs, "ms")),
    line("load", between(spread.loadMs, "ms")),
    "",
    line("of the ceiling", `${figures(report.percentOfCeiling)} %: ${bytes(token.bytesRead)} a token`),
    line("streaming read", `${bytes(report.streamingBytesPerSecond)}/s`),
    line("arithmetic", `${figures(report.flopsPerSecond / 1e9)} GFLOP/s in f32`),
    line("one more dispatch", `${figures(report.dispatchMicroseconds)} us`),
    line(
      "GPU memory",
      `${bytes(report.gpuBytes)}: ${bytes(report.weightBytes)} weights, ${bytes(report.kvBytes)} cache`,
    ),
    line("JavaScript heap", report.peakHeapBytes === null ? "not told" : bytes(report.peakHeapBytes)),
    "",
    `a token: ${count(token.dispatches)} dispatches, ${count(token.passes)} passes, ${count(token.submits)} submits, ${count(token.readbacks)} readbacks;`,
    `         ${count(token.buffersCreated)} buffers, ${count(token.bindGroupsCreated)} bind groups, ${count(token.pipelinesCreated)} pipelines created`,
    "",
    `check: ${check.ok ? "right" : "WRONG"}, ${check.positions} positions of ${check.layers} layers against plain f32 kernels:`,
    `       largest logit error ${figures(check.largestError)} (logits are ${figures(check.logitSize)} large, ${figures(check.allowedError)} allowed), ${check.changedTop} top tokens changed`,
  ];
  const rows = Object.entries(report.rows).map(([count, ms]) => `${count}: ${figures(ms)}`);
  if (rows.length > 0) lines.push(line("a step of several", `${rows.join(", ")} ms`));
  const { sequences } = report;
  if (sequences) {
    const { count: answers, together, arriving, apart, ratio, arrivingRatio } = sequences;
    lines.push(
      line(`${answers} answers`, `${figures(apart)} ms one after the other`),
      line("at once", `${figures(together)} ms, ratio ${figures(ratio)}`),
      line("a token apart", `${figures(arriving)} ms, ratio ${figures(arrivingRatio)}`),
    );
  }
  const { draft } = report;
  if (draft) {
    const { ratio, accepted, free } = draft;
    const times = `${figures(ratio)} times as fast, ${figures(accepted)} ids a step accepted; without repeats ${figures(free.ratio)} times`;
    lines.push(line("with drafts", times));
  }
  for (const { position, msPerToken } of report.positions)
    lines.push(line(`at ${position}`, `${figures(msPerToken)} ms a token`));
  if (report.kernels) {
    lines.push("", ...kernelLines("decode, one token", report.kernels.decode));
    lines.push("", ...kernelLines(`prefill, ${report.prompt} tokens`, report.kernels.prefill));
  }
  return lines.join("\n");
}

function kernelLines(title: string, rows: readonly KernelTotals[]): string[] {
  const totalMs = rows.reduce((sum, { ms }) => sum + ms, 0);
  const row = (name: string, times: string, ms: string, share: string, read: string, flops: string) =>
    name.padEnd(38) + times.padStart(6) + ms.padStart(10) + share.padStart(6) + read.padStart(9) + flops.padStart(10);
  return [
    row(title, "times", "ms", "%", "GB/s", "GFLOP/s"),
    ...rows.map(({ kernel, role, dispatches, ms, bytes: read, flops }) => {
      const name = role ? `${kernel} ${role}` : kernel;
      const times = count(Math.round(dispatches * 100) / 100);
      const share = ((100 * ms) / totalMs).toFixed(0);
      return row(name.slice(0, 37), times, ms.toFixed(3), share, rate(read, ms), rate(flops, ms));
    }),
    row("all", "", totalMs.toFixed(3), "", "", ""),
  ];
}
