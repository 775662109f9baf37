// A report as a page: cards for what people feel, sentences for what it means, tables with bars, the roof, the text.

import {
  adapterName,
  bytes,
  figures,
  rate,
  reportText,
  type BenchReport,
  type KernelTotals,
} from "../src/bench/index.ts";
import { drawRoof } from "./bench-roof.ts";
import { benchStrings as words } from "./bench-strings.ts";

export function showResult(place: HTMLElement, report: BenchReport): void {
  place.replaceChildren(
    element("p", "adapter", words.headline(adapterName(report))),
    cards(report),
    ...sentences(report).map((text) => element("p", "facts", text)),
    ...pictures(report),
    ...textReport(report),
  );
  place.hidden = false;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = "",
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function cards({ spread }: BenchReport): HTMLElement {
  const list = element("ul", "cards");
  const seconds = (ms: number) => (ms < 1000 ? `${figures(ms)} ms` : `${figures(ms / 1000)} s`);
  const add = (kind: keyof typeof words.cards, of: keyof BenchReport["spread"], tell: (value: number) => string) => {
    const { median, min, max, runs } = spread[of];
    const [what, meaning] = words.cards[kind];
    list.append(
      element(
        "li",
        "card",
        element("strong", "", tell(median)),
        element("p", "what", what),
        element("p", "", `${words.between(tell(min), tell(max), runs)}. ${meaning}`),
      ),
    );
  };
  add("decode", "decodeTokensPerSecond", figures);
  add("prefill", "prefillTokensPerSecond", figures);
  add("first", "timeToFirstTokenMs", seconds);
  add("load", "loadMs", seconds);
  return list;
}

function sentences(report: BenchReport): string[] {
  const { check, perToken: token } = report;
  const whole = (value: number) => String(Math.round(value * 100) / 100);
  const created = token.buffersCreated + token.bindGroupsCreated + token.pipelinesCreated;
  const objects = words.objects(whole(token.buffersCreated), whole(token.bindGroupsCreated));
  return [
    check.ok
      ? words.right(check.positions, figures(check.largestError))
      : words.wrong(figures(check.largestError), figures(check.allowedError)),
    words.ceiling(figures(report.percentOfCeiling), bytes(token.bytesRead), bytes(report.streamingBytesPerSecond)),
    words.counts(whole(token.dispatches), words.submits(whole(token.submits)), created === 0 ? words.nothing : objects),
    words.memory(bytes(report.gpuBytes), bytes(report.weightBytes), bytes(report.kvBytes)),
  ];
}

function pictures(report: BenchReport): HTMLElement[] {
  const { kernels } = report;
  if (!kernels) return [element("p", "note", words.noClock)];
  const roof = element("div");
  drawRoof(roof, report, kernels);
  return [
    element("h2", "", words.timeTitle),
    element("p", "note", words.timeNote),
    table(kernels.decode, ""),
    element("h2", "", words.prefillTitle(report.prompt)),
    table(kernels.prefill, "of-prompt"),
    element("h2", "", words.roofTitle),
    element("p", "note", words.roofNote),
    roof,
  ];
}

function table(rows: readonly KernelTotals[], kind: string): HTMLElement {
  const made = element("table", `kernels ${kind}`);
  const { columns } = words;
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
        element("td", "", ms.toFixed(2)),
        element("td", "share", bar(most > 0 ? ms / most : 0)),
        element("td", "", String(Math.round(dispatches * 100) / 100)),
        element("td", "", rate(read, ms)),
        element("td", "", rate(flops, ms)),
      );
  }
  const sum = rows.reduce((all, { ms }) => all + ms, 0);
  const last = made.createTFoot().insertRow();
  for (const text of [words.all, sum.toFixed(2), "", "", "", ""])
    last.append(element("td", text === words.all ? "name" : "", text));
  const wide = element("div", "wide", made);
  wide.tabIndex = 0; // it may scroll, and must then be reached by the keyboard
  wide.role = "region";
  wide.ariaLabel = kind ? words.reading : words.writing;
  return wide;
}

function bar(share: number): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("width", String(100 * share));
  rect.setAttribute("height", "1");
  svg.append(rect);
  return svg;
}

function textReport(report: BenchReport): HTMLElement[] {
  const text = reportText(report);
  const area = element("textarea", "report");
  area.readOnly = true;
  area.value = text;
  area.ariaLabel = words.reportLabel;
  const button = (name: string, act: (self: HTMLButtonElement) => unknown) => {
    const made = element("button", "plain", name);
    made.type = "button";
    made.addEventListener("click", () => act(made));
    return made;
  };
  const told = element("span", "visually-hidden");
  told.role = "status";
  const copy = button(words.copy, async (self) => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    if (!copied) area.select();
    self.textContent = told.textContent = copied ? words.copied : words.copyFailed;
    setTimeout(() => ((self.textContent = words.copy), (told.textContent = "")), copied ? 2000 : 6000);
  });
  const actions = [copy];
  // Sharing that the person calls off is no failure.
  if (navigator.share) actions.push(button(words.share, () => void navigator.share({ text }).catch(() => {})));
  actions.push(button(words.save, () => save(report)));
  return [
    element("h2", "", words.reportTitle),
    element("p", "note", words.reportNote),
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
