// The chat page: wires the element, the model picker, the address, the theme button and offline updates together.

import "../src/element/index.ts";
import type { Conversation } from "../src/element/index.ts";
import { listModels, models } from "../src/index.ts";
import { startAppUpdates } from "./app-updates.ts";
import { readCatalogue } from "./catalogue.ts";
import {
  choiceOfEntry,
  choiceOfKey,
  type ModelChoice,
  rememberChoice,
  rememberedKey,
  startersOf,
} from "./model-choice.ts";
import { type ChooseDetail, ModelPicker } from "./model-picker.ts";
import { addressedKey, PageAddress } from "./page-address.ts";
import { pageStrings } from "./page-strings.ts";
import { rememberedToken } from "./remembered-token.ts";
import { finishDeletions, isDeleted } from "./stored-deletions.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const chat = document.querySelector("pronk-chat")!;
const modelName = byId("model-name");
const picker = new ModelPicker();
const address = new PageAddress(picker, (key) => {
  const choice = choiceOfKey(key, picker.catalogue, storedLabels);
  if (choice) change(choice);
});
let current: ModelChoice;

startTheme(byId("theme"), byId("theme-label"));
document.body.append(picker);
byId("open-picker").addEventListener("click", () => picker.open());
picker.addEventListener("opened", () => {
  picker.useToken(chat.token);
  handOver(chat, picker); // what lies behind the dialog can't be pressed
});
picker.addEventListener("closed", () => handOver(picker, chat));
picker.addEventListener("choose", (event) => {
  const { choice, token } = (event as CustomEvent<ChooseDetail>).detail;
  const again = choice.model === chat.model && chat.state === "failed"; // with another token, perhaps
  chat.token = token;
  handOver(picker, chat);
  change(choice);
  if (again) void chat.updateComplete.then(() => chat.load());
});
chat.addEventListener("pronk-state", () => {
  if (chat.state !== "ready") return;
  rememberChoice(current); // a name that leads nowhere does not come back at the next visit
  void models.persist();
});

chat.token = rememberedToken();
chat.engineOptions = { share: true }; // a second tab of this page needs no second copy of the weights
picker.catalogue = await readCatalogue();
await finishDeletions();
const stored = (await listModels().catch(() => [])).filter((model) => !isDeleted(model));
const storedLabels = new Set(stored.map(({ label }) => label));
const choiceOf = (key = "") => choiceOfKey(key, picker.catalogue, storedLabels);
show(choiceOf(addressedKey()) ?? choiceOf(rememberedKey()) ?? choiceOfEntry(picker.catalogue[0], false));
address.restore();

void startAppUpdates({
  toast: byId("toast"),
  busy: () => chat.state === "answering" || chat.state === "loading",
  onChange: (listener) => chat.addEventListener("pronk-state", listener),
});

function show(choice: ModelChoice): void {
  current = choice;
  picker.currentKey = choice.key;
  modelName.textContent = choice.label;
  address.show(choice.key);
  chat.starters = [];
  chat.autoload = choice.autoload;
  chat.model = choice.model;
  void startersOf(choice).then((starters) => {
    if (chat.model === choice.model) chat.starters = starters;
  });
}

/** Another model, and a conversation of its own; the one before can be had back. */
function change(choice: ModelChoice, conversation?: Conversation): void {
  const before = { choice: current, conversation: chat.conversation };
  show(choice);
  if (conversation) {
    const { draft } = before.conversation;
    void chat.open({ ...conversation, draft: draft.text ? draft : conversation.draft });
  }
  const { turns, continuation } = before.conversation;
  const nothingSaid = turns.length === 0 && !continuation.text;
  if (nothingSaid || before.choice.model === undefined || before.choice.model === choice.model) return;
  const text = conversation ? pageStrings.modelBack(choice.label) : pageStrings.modelChanged(choice.label);
  chat.offerUndo({ text, undo: () => change(before.choice, before.conversation), waits: true });
}

type UndoPlace = Pick<typeof chat, "offerUndo" | "releaseUndo">;

function handOver(from: UndoPlace, to: UndoPlace): void {
  const undoable = from.releaseUndo();
  if (undoable) to.offerUndo(undoable);
}
