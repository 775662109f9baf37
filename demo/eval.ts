// The evaluation's page: an order, a worker that carries it out, progress that can be paused and survives a reload, then charts.

import { models } from "../src/index.ts";
import { showCard } from "./eval-card.ts";
import { forget, type FromWorker, keep, type Kept, type Order, readKept, shortened, subjectsOf } from "./eval-order.ts";
import { nameOf, showMeasured } from "./eval-result.ts";
import { startLanguage } from "./page-language.ts";
import { pageStrings as strings } from "./page-words.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const model = byId<HTMLInputElement>("model");
const others = byId<HTMLTextAreaElement>("others");
const by = byId<HTMLSelectElement>("by");
const content = byId<HTMLTextAreaElement>("content");
const order = byId<HTMLFormElement>("order");
const progress = byId("progress");
const pause = byId<HTMLButtonElement>("pause");
const problem = byId("problem");
const result = byId("result");
const card = byId<HTMLDetailsElement>("card");
const own = { text: "./eval/text.txt", task: "./eval/questions.jsonl" };

let kept: Kept | undefined;
let worker: Worker | undefined;
let told = () => "";

model.value = new URL("models/tiny/", location.href).href;
const showTheme = startTheme(byId("theme"), byId("theme-label"));
void startLanguage(byId<HTMLSelectElement>("language"), () => {
  showTheme();
  show();
  tellCard();
});
card.addEventListener("toggle", tellCard);
by.addEventListener("change", () => void offerOwn());
byId<HTMLInputElement>("file").addEventListener("change", async ({ target }) => {
  const [file] = (target as HTMLInputElement).files ?? [];
  if (file) content.value = await file.text();
});
order.addEventListener("submit", (event) => {
  event.preventDefault();
  void begin();
});
pause.addEventListener("click", () => void (kept!.isPaused ? goOn() : halt()));
byId("stop").addEventListener("click", () => void end());
void takeUp();

/** Continues what was under way when this page was left. */
async function takeUp(): Promise<void> {
  kept = await readKept().catch(() => undefined);
  if (kept) {
    const { order: last } = kept;
    model.value = last.model;
    others.value = last.others?.join("\n") ?? "";
    by.value = last.by;
    content.value = last.content;
    for (const box of formatBoxes()) box.checked = last.formats.includes(box.value as Order["formats"][number]);
    if (!isOver(kept) && !kept.isPaused) await goOn();
  } else await offerOwn();
  show();
}

async function offerOwn(): Promise<void> {
  const answer = await fetch(own[by.value as Order["by"]]);
  if (answer.ok) content.value = await answer.text();
}

async function begin(): Promise<void> {
  const formats = formatBoxes().flatMap(({ checked, value }) => (checked ? [value as Order["formats"][number]] : []));
  const named = others.value.split("\n").flatMap((line) => line.trim() || []);
  if (formats.length + named.length === 0) return;
  endWorker();
  const wanted: Order = {
    model: model.value.trim(),
    formats,
    others: named,
    by: by.value as Order["by"],
    content: content.value,
  };
  kept = { order: wanted, isPaused: false, done: [] };
  try {
    await keep(kept);
  } catch (error) {
    kept = undefined;
    const { state } = await models.storage();
    return tellProblem(() => (state === "absent" ? strings.storage.absent : (error as Error).message));
  }
  await goOn();
}

async function goOn(): Promise<void> {
  problem.hidden = true;
  kept = { ...((await readKept()) ?? kept!), isPaused: false };
  await keep(kept);
  worker = new Worker(new URL("./eval-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => hear(data));
  worker.addEventListener("error", (event) => hear({ kind: "failed", message: event.message }));
  show();
}

async function halt(): Promise<void> {
  endWorker();
  kept = { ...((await readKept()) ?? kept!), isPaused: true };
  await keep(kept);
  show();
}

/** Keeps what was measured. */
async function end(): Promise<void> {
  endWorker();
  problem.hidden = true;
  const { order: last, done } = (await readKept()) ?? kept!;
  kept = { order: shortened(last, done.length), isPaused: false, done };
  if (done.length > 0) await keep(kept);
  else await forget();
  show();
}

function endWorker(): void {
  worker?.terminate();
  worker = undefined;
}

function hear(message: FromWorker): void {
  if (message.kind === "progress") {
    const { subject, done, of, secondsLeft } = message;
    const words = strings.evaluation;
    const format = subject.format === "none" ? words.asInFile : subject.format;
    const name = kept?.order.others?.length ? `${nameOf(subject.model)}, ${format}` : format;
    const left = secondsLeft === undefined ? "" : words.left(Math.ceil(secondsLeft));
    return tellShare(
      `${name}: ${of > 0 ? `${words.doneOf(done, of)} ${left}` : words.loading}`,
      of > 0 ? done / of : 0,
    );
  }
  if (message.kind === "measured") kept!.done = message.done;
  if (message.kind === "finished") endWorker();
  if (message.kind === "failed") {
    tellProblem(() => strings.evaluation.failed(message.message));
    void halt();
  } else show();
}

function tellProblem(words: () => string): void {
  told = words;
  problem.hidden = false;
  show();
}

function tellShare(words: string, share: number): void {
  byId("progress-words").textContent = words;
  byId<HTMLProgressElement>("progress-share").value = share;
}

function tellCard(): void {
  if (card.open) void showCard(byId("card-tables"));
}

function show(): void {
  problem.textContent = told();
  progress.hidden = !kept || isOver(kept);
  if (kept && !worker) tellShare(strings.evaluation.doneOf(kept.done.length, subjectsOf(kept.order).length), 0);
  byId<HTMLButtonElement>("start").disabled = worker !== undefined;
  pause.textContent = kept?.isPaused ? strings.evaluation.goOn : strings.evaluation.pause;
  result.hidden = !kept?.done.length;
  if (kept?.done.length) showMeasured(result, kept);
}

const isOver = ({ done, order: last }: Kept) => done.length === subjectsOf(last).length;

const formatBoxes = () => [...order.querySelectorAll<HTMLInputElement>("input[name=format]")];
