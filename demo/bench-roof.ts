// The roofline (Williams, Waterman & Patterson 2009) as an SVG of our own: both axes logarithmic, the adapter's measured
// roof, one circle for each kernel. Drawn anew when its place changes width, so that letters keep their size.

import type { BenchReport, KernelTotals } from "../src/bench/index.ts";
import { percent } from "./bench-numbers.ts";
import { shape } from "./page-elements.ts";
import { pageStrings as strings } from "./page-words.ts";
import { freeLine, type NameLine, widthOf } from "./roof-names.ts";

type Kernels = NonNullable<BenchReport["kernels"]>;

interface Point {
  kernel: string;
  x: number; // operations a byte
  y: number; // GFLOP/s
  share: number; // of its table's time
  ofPrompt: boolean;
}

const height = 340;
const edge = { left: 52, right: 14, top: 16, bottom: 40 };

export function drawRoof(place: HTMLElement, report: BenchReport, kernels: Kernels): void {
  const points = [...pointsOf(kernels.decode, false), ...pointsOf(kernels.prefill, true)];
  let drawnWidth = 0;
  const draw = () => {
    const width = Math.round(place.clientWidth);
    if (width === drawnWidth || width === 0) return;
    drawnWidth = width;
    place.replaceChildren(roof(width, report, points));
  };
  new ResizeObserver(draw).observe(place);
}

/** One for each shader, whatever it computes with. */
function pointsOf(rows: readonly KernelTotals[], ofPrompt: boolean): Point[] {
  const all = rows.reduce((sum, { ms }) => sum + ms, 0);
  const sums = new Map<string, { ms: number; bytes: number; flops: number }>();
  for (const { kernel, ms, bytes, flops } of rows) {
    if (!(ms > 0 && bytes > 0 && flops > 0)) continue;
    const sum = sums.get(kernel) ?? { ms: 0, bytes: 0, flops: 0 };
    sums.set(kernel, { ms: sum.ms + ms, bytes: sum.bytes + bytes, flops: sum.flops + flops });
  }
  return [...sums].map(([kernel, { ms, bytes, flops }]) => {
    return { kernel, x: flops / bytes, y: flops / ms / 1e6, share: ms / all, ofPrompt };
  });
}

function roof(width: number, report: BenchReport, points: Point[]): SVGElement {
  const peak = report.flopsPerSecond / 1e9; // GFLOP/s
  const rate = report.streamingBytesPerSecond / 1e9; // GB/s
  const knee = peak / rate;
  const shown = points.filter(({ share }) => share > 0.005); // below, circles hide each other
  const xs = decades([0.5, 2 * knee, ...shown.map(({ x }) => x)]);
  const ys = decades([peak, ...shown.map(({ y }) => y)]);
  const along = ([least, most]: [number, number], value: number) => (Math.log10(value) - least) / (most - least);
  const x = (value: number) => edge.left + along(xs, value) * (width - edge.left - edge.right);
  const y = (value: number) => height - edge.bottom - along(ys, value) * (height - edge.top - edge.bottom);

  const svg = shape("svg", { class: "roof", viewBox: `0 0 ${width} ${height}`, height, role: "img" });
  svg.setAttribute("aria-label", strings.bench.roofLabel(percent(report.percentOfCeiling)));
  for (let power = xs[0]; power <= xs[1]; power++) {
    const at = x(10 ** power);
    svg.append(shape("line", { class: "grid", x1: at, x2: at, y1: edge.top, y2: height - edge.bottom }));
    const furthest = width - 6 - widthOf(tick(power)) / 2; // the last one would be cut off
    svg.append(text(Math.min(at, furthest), height - edge.bottom + 16, "middle", tick(power)));
  }
  for (let power = ys[0]; power <= ys[1]; power++) {
    const at = y(10 ** power);
    svg.append(shape("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: at, y2: at }));
    svg.append(text(edge.left - 6, at + 4, "end", tick(power)));
  }
  svg.append(text(width - edge.right, height - 6, "end", strings.bench.roofX));
  svg.append(text(edge.left + 6, edge.top + 10, "", strings.bench.roofY));

  const bottom = 10 ** ys[0];
  const slopeStart = Math.max(10 ** xs[0], bottom / rate);
  const corners = [
    [slopeStart, rate * slopeStart],
    [knee, peak],
    [10 ** xs[1], peak],
  ];
  svg.append(shape("polyline", { class: "edge", points: corners.map(([a, b]) => `${x(a)},${y(b)}`).join(" ") }));
  const legend: [string, string][] = [
    ["dot", strings.bench.writing],
    ["dot of-prompt", strings.bench.reading],
  ];
  const taken: NameLine[] = [{ from: edge.left, to: edge.left + 6 + widthOf(strings.bench.roofY), at: edge.top + 10 }];
  for (const [i, [className, name]] of legend.entries()) {
    const at = height - edge.bottom - 34 + 20 * i;
    svg.append(shape("circle", { class: className, cx: width - edge.right - 14, cy: at, r: 6 }));
    svg.append(text(width - edge.right - 26, at + 4, "end", name));
    taken.push({ from: width - edge.right - 30 - widthOf(name), to: width, at: at + 4 });
  }
  for (const { kernel, x: intensity, y: speed, share, ofPrompt } of shown.sort((a, b) => b.share - a.share)) {
    const [cx, cy] = [x(intensity), y(speed)];
    const r = 4 + 18 * Math.sqrt(share);
    svg.append(shape("circle", { class: ofPrompt ? "dot of-prompt" : "dot", cx, cy, r }));
    const isLeft = cx + r + 4 + widthOf(kernel) > width - edge.right; // its name would leave the picture
    const from = isLeft ? cx - r - 4 - widthOf(kernel) : cx + r + 4;
    const line = { from, to: from + widthOf(kernel), at: cy + 4 };
    const at = freeLine(taken, line, edge.top + 10, height - edge.bottom - 4);
    taken.push({ ...line, at });
    svg.append(text(isLeft ? line.to : from, at, isLeft ? "of end" : "of", kernel));
  }
  return svg;
}

/** The powers of ten that hold all values. */
function decades(values: number[]): [number, number] {
  const powers = values.map((value) => Math.log10(value));
  const least = Math.floor(Math.min(...powers) - 0.1);
  return [least, Math.max(least + 1, Math.ceil(Math.max(...powers) + 0.1))];
}

function tick(power: number): string {
  return power < 0
    ? (10 ** power).toLocaleString(strings.locale, { minimumFractionDigits: -power })
    : (10 ** power).toLocaleString(strings.locale);
}

const text = (x: number, y: number, className: string, words: string): SVGElement =>
  shape("text", { class: className, x, y }, words);
