// The measurements as a page: a table to copy, quality against size, how far confidence can be trusted, and JSON to keep.

import type { ReliabilityBin } from "../src/eval/index.ts";
import { bytes, figures, percent } from "./bench-numbers.ts";
import type { Kept, Measured } from "./eval-order.ts";
import { element, shape, wide } from "./page-elements.ts";
import { pageStrings as strings } from "./page-words.ts";
import { saveFile } from "./save-file.ts";

export function showMeasured(place: HTMLElement, kept: Kept): void {
  const { done } = kept;
  const words = strings.evaluation;
  place.replaceChildren(
    wideTable(linesOf(done), words.tableLabel),
    ...actions(kept),
    element("h2", "", words.plotTitle),
    legend(done),
    plot(done),
    ...(done.some(({ errors }) => errors)
      ? [element("h2", "", words.matrixTitle), element("p", "note", words.matrixNote), legend(done), matrixErrors(done)]
      : []),
    ...(done.some(binsOf)
      ? [
          element("h2", "", words.reliabilityTitle),
          element("p", "note", words.reliabilityNote),
          legend(done),
          reliability(done),
        ]
      : []),
  );
}

const fiveFigures = (value: number) => figures(value, { minimumSignificantDigits: 5, maximumSignificantDigits: 5 });

/** Column by column: its title, and what stands in it. */
function columns(done: readonly Measured[]): [string, (one: Measured) => string][] {
  const words = strings.evaluation.columns;
  const number = (name: string, tell: (value: number) => string) => (one: Measured) => {
    const value = (one.found as unknown as Record<string, number | undefined>)[name];
    return value === undefined ? "" : tell(value);
  };
  const all: [string, (one: Measured) => string][] = [
    [words.weights, ({ format, info }) => (format === "none" ? (info.scheme ?? info.weights) : format)],
    [words.memory, ({ info }) => bytes(info.gpuBytes)],
    [words.speed, (one) => figures(one.decodeTokensPerSecond)],
    [words.error, ({ errors }) => (errors ? percent(100 * errors.relativeRmsError) : "")],
    [words.perplexity, number("perplexity", fiveFigures)],
    [words.kl, number("kl", figures)],
    [words.top1, number("top1", (value) => percent(100 * value))],
    [words.maxLogit, number("maxLogit", figures)],
    [words.right, number("acc", (value) => percent(100 * value))],
    [words.rightByLength, number("accNorm", (value) => percent(100 * value))],
  ];
  return all.filter(([, tell]) => done.some((one) => tell(one) !== ""));
}

/** Its first line is the head. */
export function wideTable([head, ...lines]: readonly (readonly string[])[], label: string): HTMLElement {
  const made = element("table", "kernels");
  made
    .createTHead()
    .insertRow()
    .append(...head.map((title) => element("th", "", title)));
  const body = made.createTBody();
  for (const cells of lines) body.insertRow().append(...cells.map((cell) => element("td", "", cell)));
  for (const { cells } of made.rows) cells[0].className = "name";
  return wide(made, label);
}

function linesOf(done: readonly Measured[]): string[][] {
  const shown = columns(done);
  return [shown.map(([title]) => title), ...done.map((one) => shown.map(([, tell]) => tell(one)))];
}

function actions({ order, done }: Kept): HTMLElement[] {
  const words = strings.evaluation;
  const copy = element("button", "plain", words.copy);
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(
      linesOf(done)
        .map((cells) => cells.join("\t"))
        .join("\n"),
    );
    copy.textContent = words.copied;
  });
  const save = element("button", "plain", words.save);
  save.type = "button";
  save.addEventListener("click", () => {
    // Nothing is drawn, so there is no seed.
    const text = JSON.stringify({ model: order.model, by: order.by, seed: null, measured: done }, null, 2);
    saveFile(text, { title: `pronk-evaluation-${done[0].date.slice(0, 10)}`, form: "json" });
  });
  return [element("div", "actions", copy, save)];
}

const [width, height] = [360, 260];
const [left, right, top, bottom] = [52, 12, 30, 44]; // around the axes
/** Told apart by shape and colour. */
const shapes = ["M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z", "M-5-5H5V5H-5Z", "M0-6L6 5H-6Z"];

const mark = (i: number, [x, y]: readonly [number, number], scale = 1) =>
  shape("path", { class: `mark-${i % 3}`, d: shapes[i % 3], transform: `translate(${x} ${y}) scale(${scale})` });

function legend(done: readonly Measured[]): HTMLElement {
  const made = element("ul", "legend");
  const [, nameOf] = columns(done)[0];
  for (const [i, one] of done.entries()) {
    const line = element("li");
    const picture = shape("svg", { viewBox: "-8 -8 16 16", class: "plot", "aria-hidden": "true" });
    picture.append(mark(i, [0, 0]));
    line.append(picture, nameOf(one));
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

/** Size to the right; upwards, perplexity (less is better) or the share of right answers. */
function plot(done: readonly Measured[]): SVGElement {
  const { plotTitle, columns: words } = strings.evaluation;
  const isText = "perplexity" in done[0].found;
  const qualityOf = ({ found }: Measured) => ("perplexity" in found ? found.perplexity : found.acc);
  const tell = isText ? fiveFigures : (value: number) => percent(100 * value);
  const values = done.map(qualityOf);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const largest = Math.max(...done.map(({ info }) => info.gpuBytes));
  const heightOf = (value: number) => (most > least ? 0.08 + (0.84 * (value - least)) / (most - least) : 0.5);
  const made = axes(
    plotTitle,
    {
      title: words.memory,
      ticks: [
        [0, "0"],
        [0.95, bytes(largest)],
      ],
    },
    {
      title: isText ? words.perplexity : words.right,
      ticks: [...new Set([least, most])].map((value) => [heightOf(value), tell(value)]),
    },
  );
  for (const [i, one] of done.entries())
    made.append(mark(i, place((0.95 * one.info.gpuBytes) / largest, heightOf(qualityOf(one)))));
  return made;
}

/** A mark for each matrix, by name to the right; upwards, how much rounding changed its weights. */
function matrixErrors(done: readonly Measured[]): SVGElement {
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
      const one = mark(i, place((names.indexOf(name) + 0.5) / names.length, error / most), 0.6);
      one.append(shape("title", {}, `${name} ${percent(100 * error)}`));
      made.append(one);
    }
  return made;
}

const binsOf = ({ found }: Measured): ReliabilityBin[] | undefined =>
  "reliability" in found ? found.reliability : undefined;

/** To the right how sure the model was, upwards how often it was right; on the diagonal both are the same. */
function reliability(done: readonly Measured[]): SVGElement {
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
