// The chat page: wires the element, the model picker, the theme button and offline updates together.

import "../src/element/index.ts";
import { listModels, models } from "../src/index.ts";
import { startAppUpdates } from "./app-updates.ts";
import { readCatalogue } from "./catalogue.ts";
import { type ModelChoice, rememberChoice, rememberedChoice, startersOf } from "./model-choice.ts";
import { type ChooseDetail, ModelPicker } from "./model-picker.ts";
import { rememberedToken } from "./remembered-token.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const chat = document.querySelector("pronk-chat")!;
const modelName = byId("model-name");
const picker = new ModelPicker();

startTheme(byId("theme"), byId("theme-label"));
document.body.append(picker);
byId("open-picker").addEventListener("click", () => picker.open());
picker.addEventListener("choose", (event) => {
  const { choice, token } = (event as CustomEvent<ChooseDetail>).detail;
  chat.token = token;
  show(choice);
  rememberChoice(choice);
});
chat.addEventListener("pronk-state", () => {
  if (chat.state === "ready") void models.persist();
});

chat.token = rememberedToken();
chat.engineOptions = { share: true }; // a second tab of this page needs no second copy of the weights
picker.catalogue = await readCatalogue();
const stored = await listModels().catch(() => []);
show(rememberedChoice(picker.catalogue, new Set(stored.map(({ label }) => label))));

void startAppUpdates({
  toast: byId("toast"),
  busy: () => chat.state === "answering" || chat.state === "loading",
  onChange: (listener) => chat.addEventListener("pronk-state", listener),
});

function show(choice: ModelChoice): void {
  picker.currentKey = choice.key;
  modelName.textContent = choice.label;
  chat.starters = [];
  chat.autoload = choice.autoload;
  chat.model = choice.model;
  void startersOf(choice).then((starters) => {
    if (chat.model === choice.model) chat.starters = starters;
  });
}
