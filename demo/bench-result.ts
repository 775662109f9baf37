// A report as a page: cards for what people feel, sentences for what it means, tables with bars, the roof, the text.

import { adapterName, reportText, type BenchReport, type KernelTotals } from "../src/bench/index.ts";
import { bytes, count, duration, figures, milliseconds, percent, rate } from "./bench-numbers.ts";
import { drawRoof } from "./bench-roof.ts";
import { element, shape, wide } from "./page-elements.ts";
import { pageStrings as strings } from "./page-words.ts";

export function showResult(place: HTMLElement, report: BenchReport): void {
  place.replaceChildren(
    element("p", "adapter", strings.bench.headline(adapterName(report))),
    cards(report),
    ...sentences(report).map((text) => element("p", "facts", text)),
    ...pictures(report),
    ...textReport(report),
  );
  place.hidden = false;
}

function cards({ spread }: BenchReport): HTMLElement {
  const list = element("ul", "cards");
  const add = (
    kind: keyof typeof strings.bench.cards,
    of: keyof BenchReport["spread"],
    tell: (value: number) => string,
  ) => {
    const { median, min, max, runs } = spread[of];
    const [what, meaning] = strings.bench.cards[kind];
    list.append(
      element(
        "li",
        "card",
        element("strong", "", tell(median)),
        element("p", "what", what),
        element("p", "", `${strings.bench.between(tell(min), tell(max), count(runs))} ${meaning}`),
      ),
    );
  };
  add("decode", "decodeTokensPerSecond", (speed) => figures(speed));
  add("prefill", "prefillTokensPerSecond", (speed) => figures(speed));
  add("first", "timeToFirstTokenMs", duration);
  add("load", "loadMs", duration);
  return list;
}

function sentences(report: BenchReport): string[] {
  const { check, perToken: token } = report;
  const created = token.buffersCreated + token.bindGroupsCreated + token.pipelinesCreated;
  const objects = strings.bench.objects(count(token.buffersCreated), count(token.bindGroupsCreated));
  return [
    check.ok
      ? strings.bench.right(count(check.positions), figures(check.largestError))
      : strings.bench.wrong(figures(check.largestError), figures(check.allowedError)),
    strings.bench.ceiling(
      percent(report.percentOfCeiling),
      bytes(token.bytesRead),
      bytes(report.streamingBytesPerSecond),
    ),
    `${strings.bench.counts(count(token.dispatches), strings.bench.submits(count(token.submits), token.submits))} ${created === 0 ? strings.bench.nothing : objects}`,
    strings.bench.memory(bytes(report.gpuBytes), bytes(report.weightBytes), bytes(report.kvBytes)),
  ];
}

function pictures(report: BenchReport): HTMLElement[] {
  const { kernels } = report;
  if (!kernels) return [element("p", "note", strings.bench.noClock)];
  const roof = element("div");
  drawRoof(roof, report, kernels);
  return [
    element("h2", "", strings.bench.timeTitle),
    element("p", "note", strings.bench.timeNote),
    table(kernels.decode, ""),
    element("h2", "", strings.bench.prefillTitle(count(report.prompt))),
    table(kernels.prefill, "of-prompt"),
    element("h2", "", strings.bench.roofTitle),
    element("p", "note", strings.bench.roofNote),
    roof,
  ];
}

function table(rows: readonly KernelTotals[], kind: string): HTMLElement {
  const made = element("table", `kernels ${kind}`);
  const { columns } = strings.bench;
  const titles: [string, string][] = [
    ["name", columns.kernel],
    ["", columns.ms],
    ["share", ""],
    ["", columns.times],
    ["", columns.rate],
    ["", columns.flops],
  ];
  const head = made.createTHead().insertRow();
  for (const [className, title] of titles) head.append(element(title ? "th" : "td", className, title));
  const most = Math.max(...rows.map(({ ms }) => ms));
  const body = made.createTBody();
  for (const { kernel, role, ms, dispatches, bytes: read, flops } of rows) {
    body
      .insertRow()
      .append(
        element("td", "name", `${role || kernel} `, element("small", "", role ? kernel : "")),
        element("td", "", milliseconds(ms)),
        element("td", "share", bar(most > 0 ? ms / most : 0)),
        element("td", "", count(dispatches)),
        element("td", "", rate(read, ms)),
        element("td", "", rate(flops, ms)),
      );
  }
  const sum = rows.reduce((all, { ms }) => all + ms, 0);
  const last = made.createTFoot().insertRow();
  for (const text of [strings.bench.all, milliseconds(sum), "", "", "", ""])
    last.append(element("td", text === strings.bench.all ? "name" : "", text));
  return wide(made, kind ? strings.bench.reading : strings.bench.writing);
}

function bar(share: number): SVGElement {
  const picture = shape("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  picture.append(shape("rect", { width: 100 * share, height: 1 }));
  return picture;
}

function textReport(report: BenchReport): HTMLElement[] {
  const text = reportText(report);
  const area = element("textarea", "report");
  area.readOnly = true;
  area.lang = "en";
  area.dir = "ltr";
  area.value = text;
  area.ariaLabel = strings.bench.reportLabel;
  const button = (name: string, act: (self: HTMLButtonElement) => unknown) => {
    const made = element("button", "plain", name);
    made.type = "button";
    made.addEventListener("click", () => act(made));
    return made;
  };
  const told = element("span", "visually-hidden");
  told.role = "status";
  const copy = button(strings.bench.copy, async (self) => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    if (!copied) area.select();
    self.textContent = told.textContent = copied ? strings.bench.copied : strings.bench.copyFailed;
    setTimeout(() => ((self.textContent = strings.bench.copy), (told.textContent = "")), copied ? 2000 : 6000);
  });
  const actions = [copy];
  // Sharing that the person calls off is not a failure.
  if (navigator.share) actions.push(button(strings.bench.share, () => void navigator.share({ text }).catch(() => {})));
  actions.push(button(strings.bench.save, () => save(report)));
  return [
    element("h2", "", strings.bench.reportTitle),
    element("p", "note", strings.bench.reportNote),
    area,
    element("div", "actions", ...actions, told),
  ];
}

function save(report: BenchReport): void {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: "application/json" }));
  link.download = `pronk-bench-${report.shape}-${report.date.slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
