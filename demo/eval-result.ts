// The measurements as a page: a table to copy, charts (eval-charts.ts), and JSON to keep.

import { bytes, figures, percent } from "./bench-numbers.ts";
import { binsOf, fiveFigures, legend, matrixErrors, numberIn, plots, reliability } from "./eval-charts.ts";
import { type Kept, type Measured, subjectsOf } from "./eval-order.ts";
import { element, wide } from "./page-elements.ts";
import { pageStrings as strings } from "./page-words.ts";
import { saveFile } from "./save-file.ts";

export function showMeasured(place: HTMLElement, kept: Kept): void {
  const { done } = kept;
  const words = strings.evaluation;
  const names = namesOf(kept);
  const lines = linesOf(kept);
  place.replaceChildren(
    wideTable(lines, words.tableLabel),
    ...actions(kept, lines),
    element("h2", "", words.plotTitle),
    legend(names),
    plots(done, names),
    ...(done.some(({ errors }) => errors)
      ? [
          element("h2", "", words.matrixTitle),
          element("p", "note", words.matrixNote),
          legend(names),
          matrixErrors(done),
        ]
      : []),
    ...(done.some(binsOf)
      ? [
          element("h2", "", words.reliabilityTitle),
          element("p", "note", words.reliabilityNote),
          legend(names),
          reliability(done),
        ]
      : []),
  );
}

/** Of an address its last part; a name on the hub as it is. */
export function nameOf(model: string): string {
  if (!/^(\w+:|\.{0,2}\/)/.test(model)) return model;
  const { pathname, host } = new URL(model, location.href);
  return decodeURIComponent(pathname.split("/").findLast(Boolean) ?? host);
}

const hasOthers = ({ order }: Kept) => (order.others ?? []).length > 0;

const weightsOf = ({ format, info }: Measured) =>
  format === "none" ? (info.scheme ?? strings.evaluation.asInFile) : format;

/** What the marks are called. */
function namesOf(kept: Kept): string[] {
  const subjects = subjectsOf(kept.order);
  return kept.done.map((one, i) =>
    hasOthers(kept) ? `${nameOf(subjects[i].model)}, ${weightsOf(one)}` : weightsOf(one),
  );
}

/** Column by column: its title, and what stands in it. */
function columns(kept: Kept): [string, (one: Measured, i: number) => string][] {
  const words = strings.evaluation.columns;
  const subjects = subjectsOf(kept.order);
  const number = (name: string, tell: (value: number) => string) => (one: Measured) => {
    const value = numberIn(one, name);
    return value === undefined ? "" : tell(value);
  };
  const all: [string, (one: Measured, i: number) => string][] = [
    [words.file, (_, i) => (hasOthers(kept) ? nameOf(subjects[i].model) : "")],
    [words.weights, weightsOf],
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
  return all.filter(([, tell]) => kept.done.some((one, i) => tell(one, i) !== ""));
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

function linesOf(kept: Kept): string[][] {
  const shown = columns(kept);
  return [shown.map(([title]) => title), ...kept.done.map((one, i) => shown.map(([, tell]) => tell(one, i)))];
}

function actions({ order, done }: Kept, lines: readonly (readonly string[])[]): HTMLElement[] {
  const words = strings.evaluation;
  const copy = element("button", "plain", words.copy);
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(lines.map((cells) => cells.join("\t")).join("\n"));
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
