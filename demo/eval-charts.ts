// The evaluation's charts: what each model weighs and how fast it is against how good, its matrices' errors, its confidence.

import type { ReliabilityBin } from "../src/eval/index.ts";
import { bytes, figures, percent } from "./bench-numbers.ts";
import type { Measured } from "./eval-order.ts";
import { element, shape } from "./page-elements.ts";
import { pageStrings as strings } from "./page-words.ts";

export const fiveFigures = (value: number): string =>
  figures(value, { minimumSignificantDigits: 5, maximumSignificantDigits: 5 });

/** A number of `found`, if it has one of this name. */
export const numberIn = ({ found }: Measured, name: string): number | undefined =>
  (found as unknown as Record<string, number | undefined>)[name];

const [width, height] = [360, 260];
const [left, right, top, bottom] = [72, 12, 30, 44]; // around the axes
/** With three colours that take turns, 21 marks are told apart. */
const shapes = [
  "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",
  "M-5-5H5V5H-5Z",
  "M0-6L6 5H-6Z",
  "M0-7L6 0L0 7L-6 0Z",
  "M0 6L6-5H-6Z",
  "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
  "M-6-3.500L-3.500-6L0-2.500L3.500-6L6-3.500L2.500 0L6 3.500L3.500 6L0 2.500L-3.500 6L-6 3.500L-2.500 0Z",
];

const mark = (i: number, [x, y]: readonly [number, number], scale = 1, name = "") => {
  const d = shapes[i % shapes.length];
  const made = shape("path", { class: `mark-${i % 3}`, d, transform: `translate(${x} ${y}) scale(${scale})` });
  if (name) made.append(shape("title", {}, name));
  return made;
};

/** The marks' names, one for each that was measured. */
export function legend(names: readonly string[]): HTMLElement {
  const made = element("ul", "legend");
  for (const [i, name] of names.entries()) {
    const line = element("li");
    const picture = shape("svg", { viewBox: "-8 -8 16 16", class: "plot", "aria-hidden": "true" });
    picture.append(mark(i, [0, 0]));
    line.append(picture, element("bdi", "", name));
    made.append(line);
  }
  return made;
}

/** What an axis shows, and its ticks' labels, each at 0 to 1 of its length. */
interface Axis {
  title: string;
  ticks: readonly (readonly [number, string])[];
}

const place = (x: number, y: number) =>
  [left + (width - left - right) * x, height - bottom - (height - top - bottom) * y] as const;

function axes(label: string, x: Axis, y: Axis): SVGElement {
  const made = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "plot", role: "img", "aria-label": label });
  made.append(
    shape("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }),
    shape("text", { x: width - right, y: height - 6, "text-anchor": "end" }, x.title),
    shape("text", { x: 4, y: 14 }, y.title),
    ...x.ticks.map(([at, text]) =>
      shape("text", { x: place(at, 0)[0], y: height - bottom + 16, "text-anchor": at === 0 ? "start" : "end" }, text),
    ),
    ...y.ticks.map(([at, text]) => shape("text", { x: left - 6, y: place(0, at)[1] + 4, "text-anchor": "end" }, text)),
  );
  return made;
}

/** A number that models are compared by, its title and how it is written. */
interface Measure {
  title: string;
  of: (one: Measured) => number | undefined;
  tell: (value: number) => string;
}

/** Size and speed to the right; upwards perplexity and KL divergence (less is better), or the share of right answers. */
export function plots(done: readonly Measured[], names: readonly string[]): HTMLElement {
  const { columns: words } = strings.evaluation;
  const across: Measure[] = [
    { title: words.memory, of: ({ info }) => info.gpuBytes, tell: bytes },
    { title: words.speed, of: (one) => one.decodeTokensPerSecond, tell: (value) => figures(value) },
  ];
  const upwards: Measure[] = [
    { title: words.perplexity, of: (one) => numberIn(one, "perplexity"), tell: fiveFigures },
    { title: words.kl, of: (one) => numberIn(one, "kl"), tell: (value) => figures(value) },
    { title: words.right, of: (one) => numberIn(one, "acc"), tell: (value) => percent(100 * value) },
  ];
  const shown = upwards.filter(({ of }) => done.some((one) => of(one) !== undefined));
  return element("div", "plots", ...shown.flatMap((y) => across.map((x) => plot(done, names, x, y))));
}

function plot(done: readonly Measured[], names: readonly string[], x: Measure, y: Measure): SVGElement {
  const values = done.flatMap((one) => y.of(one) ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const largest = Math.max(...done.map((one) => x.of(one)!)) || 1;
  const heightOf = (value: number) => (most > least ? 0.08 + (0.84 * (value - least)) / (most - least) : 0.5);
  const xTicks = [[0, "0"] as const, [0.95, x.tell(largest)] as const];
  const yTicks = [...new Set([least, most])].map((value) => [heightOf(value), y.tell(value)] as const);
  const label = `${strings.evaluation.plotTitle}: ${y.title}, ${x.title}`;
  const made = axes(label, { title: x.title, ticks: xTicks }, { title: y.title, ticks: yTicks });
  for (const [i, one] of done.entries()) {
    const value = y.of(one);
    if (value === undefined) continue;
    const at = place((0.95 * x.of(one)!) / largest, heightOf(value));
    made.append(mark(i, at, 1, `${names[i]}: ${y.tell(value)}, ${x.tell(x.of(one)!)}`));
  }
  return made;
}

/** A mark for each matrix, by name to the right; upwards, how much rounding changed its weights. */
export function matrixErrors(done: readonly Measured[]): SVGElement {
  const errors = done.map((one) => Object.entries(one.errors?.matrixErrors ?? {}));
  const byName = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
  const names = [...new Set(errors.flat().map(([name]) => name))].sort(byName);
  const most = Math.max(...errors.flat().map(([, error]) => error)) || 1;
  const { matrixTitle, matrices, columns: words } = strings.evaluation;
  const ticks = [0, most].map((error) => [error / most, percent(100 * error)] as const);
  const made = axes(
    matrixTitle,
    { title: matrices, ticks: [[1, String(names.length)]] },
    { title: words.error, ticks },
  );
  for (const [i, of] of errors.entries())
    for (const [name, error] of of) {
      const at = place((names.indexOf(name) + 0.5) / names.length, error / most);
      made.append(mark(i, at, 0.6, `${name} ${percent(100 * error)}`));
    }
  return made;
}

export const binsOf = ({ found }: Measured): ReliabilityBin[] | undefined =>
  "reliability" in found ? found.reliability : undefined;

/** To the right how sure the model was, upwards how often it was right; on the diagonal both are the same. */
export function reliability(done: readonly Measured[]): SVGElement {
  const { reliabilityTitle, sure, wasRight } = strings.evaluation;
  const ticks = [0, 0.5, 1].map((at) => [at, percent(100 * at)] as const);
  const made = axes(reliabilityTitle, { title: sure, ticks }, { title: wasRight, ticks });
  const [from, to] = [place(0, 0), place(1, 1)];
  made.append(shape("path", { class: "ideal", d: `M${from.join(" ")}L${to.join(" ")}` }));
  for (const [i, one] of done.entries()) {
    const points = (binsOf(one) ?? [])
      .filter(({ count }) => count > 0)
      .map(({ count, confidence, right: came }) => place(confidence / count, came / count));
    made.append(shape("polyline", { class: `mark-${i % 3}`, points: points.map((point) => point.join()).join(" ") }));
    made.append(...points.map((point) => mark(i, point, 0.7)));
  }
  return made;
}
