// The chat page: wires the element, the model picker, the address, the theme button and offline updates together.

import "../src/element/index.ts";
import type { Conversation, Restorable } from "../src/element/index.ts";
import { models } from "../src/index.ts";
import { startAppUpdates } from "./app-updates.ts";
import { readCatalogue } from "./catalogue.ts";
import { DownloadPanel } from "./download-panel.ts";
import { Downloads } from "./downloads.ts";
import { ConversationDrawer } from "./conversation-drawer.ts";
import { catalogueWords, showCatalogueNotice } from "./catalogue-notice.ts";
import {
  choiceOfEntry,
  choiceOfKey,
  type ModelChoice,
  rememberChoice,
  rememberedKey,
  startersOf,
} from "./model-choice.ts";
import { startLargerModel } from "./larger-model.ts";
import { takeLaunch, watchInstall } from "./launch.ts";
import { startLanguage } from "./page-language.ts";
import { type ChooseDetail, ModelPicker } from "./model-picker.ts";
import { addressedConversation, addressedKey, PageAddress } from "./page-address.ts";
import { pageStrings } from "./page-words.ts";
import { rememberedToken } from "./remembered-token.ts";
import { finishDeletions, keepOpened, resumeDeletion, storedModels } from "./stored-deletions.ts";
import { startTheme } from "./theme.ts";

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const chat = document.querySelector("pronk-chat")!;
const modelName = byId("model-name");
const hubUrl = () => chat.engineOptions.hubUrl;
const downloads = new Downloads(() => {
  downloadPanel.requestUpdate();
  picker.downloadsChanged();
}, hubUrl);
const downloadPanel = new DownloadPanel(downloads, { open: (choice) => change(choice) });
const picker: ModelPicker = new ModelPicker(downloads, hubUrl);
const address = new PageAddress(picker, (key, conversation) => {
  const choice = choiceOfKey(key, picker.catalogue, storedNames);
  if (conversation) void openConversation(conversation);
  else if (choice && key !== current?.key) change(choice);
  else chat.newChat();
});
const drawer = new ConversationDrawer(byId<HTMLButtonElement>("open-list"), {
  open: (id) => void openConversation(id),
  begin: () => chat.newChat(),
  forget: () => {
    chat.newChat();
    chat.releaseUndo();
  },
  chatWords: () => chat.strings,
});
chat.firstConversation = addressedConversation();
let catalogueError: unknown;
let current: ModelChoice | undefined; // none if the list of models did not arrive

const rewordLarger = startLargerModel(chat, byId("larger-model"), {
  catalogue: () => picker.catalogue,
  currentKey: () => current?.key,
  isStored: ({ repository = "" }) => storedNames.has(repository),
  ask: (entry, question) => {
    change(choiceOfEntry(entry, storedNames.has(entry.repository ?? "")));
    void chat.updateComplete.then(() => chat.addToDraft(question)).then(() => chat.focus());
  },
});
const showTheme = startTheme(byId("theme"), byId("theme-label"));
const worded = startLanguage(byId<HTMLSelectElement>("language"), () => {
  showTheme();
  tellCatalogueProblem();
  rewordLarger();
  for (const part of [picker, drawer, downloadPanel]) part.requestUpdate();
  chat.shortcuts = [
    { letter: "S", words: pageStrings.findConversation, run: () => void drawer.openSearch() },
    { letter: "M", words: pageStrings.pickerTitle, run: () => picker.open() },
  ];
  if (!current && modelName.textContent) modelName.textContent = pageStrings.pickerTitle;
});
document.body.append(picker);
byId("catalogue-notice").after(downloadPanel);
document.querySelector("main")!.prepend(drawer);
chat.addEventListener("pronk-conversation", (event) => {
  const { id } = (event as CustomEvent<{ id: string | undefined }>).detail;
  drawer.current = id;
  address.converse(id);
});
chat.addEventListener("pronk-answering", (event) => {
  drawer.answering = (event as CustomEvent<{ ids: readonly string[] }>).detail.ids;
});
byId("open-picker").addEventListener("click", () => picker.open());
picker.addEventListener("opened", () => {
  picker.useToken(chat.token);
  handOver(chat, picker); // what lies behind the dialog can't be pressed
});
picker.addEventListener("closed", () => handOver(picker, chat));
picker.addEventListener("retry-catalogue", () => void loadCatalogue());
picker.addEventListener("choose", (event) => {
  const { choice, token } = (event as CustomEvent<ChooseDetail>).detail;
  const again = choice.model === chat.model && chat.state === "failed"; // with another token, perhaps
  chat.token = token;
  handOver(picker, chat);
  change(choice);
  if (again) void chat.updateComplete.then(() => chat.load());
});
chat.addEventListener("pronk-state", () => {
  downloads.hold(chat.state === "loading" ? chat.model : undefined);
  if (chat.state !== "ready") return;
  if (current) rememberChoice(current); // a name that leads nowhere is not remembered for the next visit
  void models.persist();
});

chat.token = rememberedToken();
chat.engineOptions = { share: true }; // a second tab of this page needs no second copy of the weights
await worded;
const deletion = resumeDeletion();
await finishDeletions();
const stored = await storedModels();
const storedNames = new Set(stored.flatMap(({ label, references }) => [label, ...references]));
const choiceOf = (key = "") => choiceOfKey(key, picker.catalogue, storedNames);
await loadCatalogue();
if (deletion) chat.offerUndo(picker.undoableDeletion(deletion));
address.restore();
const launch = takeLaunch();
if (launch.wants === "new") chat.newChat();
if (launch.wants === "models") picker.open();
if (launch.shared) void chat.addToDraft(launch.shared);
watchInstall((install) => (picker.install = install));

// What was on offer before a reload: the element has the conversation, this page the model.
chat.addEventListener("pronk-undo", (event) => {
  const { key, conversation } = (event as CustomEvent<Restorable>).detail;
  const choice = choiceOf(key);
  if (choice) change(choice, conversation as Conversation);
});
addEventListener("pagehide", () => handOver(picker, chat), { capture: true }); // before the element keeps what it has
addEventListener("pageshow", () => picker.isOpen && handOver(chat, picker));

void startAppUpdates({
  toast: byId("toast"),
  busy: () => chat.state === "answering" || chat.state === "loading" || chat.answering.length > 0,
  onChange: (listener) => {
    for (const event of ["pronk-state", "pronk-answering"]) chat.addEventListener(event, listener);
  },
});

async function loadCatalogue(): Promise<void> {
  catalogueError = await readCatalogue().then(
    (catalogue) => void (picker.catalogue = catalogue),
    (error: unknown) => error,
  );
  tellCatalogueProblem();
  if (current) return;
  const [first] = picker.catalogue;
  const named = first
    ? (choiceOf(addressedKey()) ?? choiceOf(rememberedKey()))
    : choiceOf(addressedKey() ?? rememberedKey());
  if (named) show(named);
  else if (first) show(choiceOfEntry(first, false));
  else modelName.textContent = pageStrings.pickerTitle;
}

function tellCatalogueProblem(): void {
  picker.catalogueProblem = catalogueError === undefined ? "" : catalogueWords(catalogueError);
  showCatalogueNotice(byId("catalogue-notice"), picker.catalogueProblem, {
    retry: () => void loadCatalogue(),
    choose: () => picker.open(),
  });
}

function show(choice: ModelChoice, conversation?: string): void {
  const first = current === undefined;
  current = choice;
  picker.currentKey = choice.key;
  showModelName(choice.label);
  address.show(choice.key, first ? addressedConversation() : conversation);
  chat.starters = [];
  chat.autoload = choice.autoload;
  chat.model = choice.model;
  void startersOf(choice).then((starters) => {
    if (chat.model === choice.model) chat.starters = starters;
  });
}

/** Opens a stored one, with its model; if it is gone, the address names what is shown instead. */
async function openConversation(id: string): Promise<void> {
  const conversation = await chat.find(id);
  if (!conversation) return address.converse(drawer.current);
  const choice = choiceOf(conversation.model);
  keepOpened(choice?.model);
  if (choice && choice.model !== chat.model) show(choice, id);
  else address.converse(id);
  await chat.open(conversation);
}

/** For lack of room, the owner is cut before the model's name is. */
function showModelName(label: string): void {
  const [, owner = "", name = label] = /^([^/]+\/)(.+)$/s.exec(label) ?? [];
  const part = (words: string, kind: string) =>
    Object.assign(document.createElement("span"), { textContent: words, className: kind });
  modelName.replaceChildren(...(owner ? [part(owner, "model-owner")] : []), part(name, "model-own-name"));
}

/** Another model, and a conversation of its own; the previous one can be brought back. */
function change(choice: ModelChoice, conversation?: Conversation): void {
  const before = { choice: current, conversation: chat.conversation };
  keepOpened(choice.model);
  show(choice, conversation?.id);
  if (conversation) {
    const { draft } = before.conversation;
    void chat.open({ ...conversation, draft: draft.text ? draft : conversation.draft });
  }
  const { turns, continuation } = before.conversation;
  const nothingSaid = turns.length === 0 && !continuation.text;
  if (nothingSaid || before.choice?.model === undefined || before.choice.model === choice.model) return;
  const text = conversation ? pageStrings.modelBack(choice.label) : pageStrings.modelChanged(choice.label);
  const { choice: earlier } = before;
  const restores = { conversation: before.conversation, key: earlier.key };
  chat.offerUndo({ text, undo: () => change(earlier, before.conversation), waits: true, restores });
}

type UndoPlace = Pick<typeof chat, "offerUndo" | "releaseUndo">;

function handOver(from: UndoPlace, to: UndoPlace): void {
  const undoable = from.releaseUndo();
  if (undoable) to.offerUndo(undoable);
}
