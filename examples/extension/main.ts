// A side panel that reads what is selected on the page beside it. npm run build, then load dist as an unpacked extension.

import type { PronkChat } from "pronk/element";
import "pronk/element";

/** The part of Chromium's API that is used; @types/chrome has all of it. */
declare const chrome: {
  tabs: { query(about: { active: true; currentWindow: true }): Promise<{ id: number }[]> };
  scripting: {
    executeScript<Result>(about: { target: { tabId: number }; func: () => Result }): Promise<{ result: Result }[]>;
  };
};

document.querySelector("button")!.onclick = async () => {
  const [{ id: tabId }] = await chrome.tabs.query({ active: true, currentWindow: true });
  const [{ result }] = await chrome.scripting.executeScript({ target: { tabId }, func: () => String(getSelection()) });
  await document.querySelector<PronkChat>("pronk-chat")!.addToDraft(`> ${result.replaceAll("\n", "\n> ")}\n\n`);
};
