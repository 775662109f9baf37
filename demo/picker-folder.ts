// A folder of files from this device: a button, and a place to drop it.

import { html, type TemplateResult } from "lit";
import { pageStrings as strings } from "./page-words.ts";

export interface FolderActions {
  pick(event: Event): void;
  picked(event: Event): void;
  dropped(data: DataTransfer): void;
}

export function folderView(actions: FolderActions): TemplateResult {
  const over = (event: DragEvent) => {
    event.preventDefault();
    (event.currentTarget as Element).classList.add("over");
  };
  const leave = (event: DragEvent) => (event.currentTarget as Element).classList.remove("over");
  const drop = (event: DragEvent) => {
    event.preventDefault();
    leave(event);
    if (event.dataTransfer) actions.dropped(event.dataTransfer);
  };
  return html`<section aria-labelledby="folder-title">
    <h3 id="folder-title">${strings.folderTitle}</h3>
    <p class="section-note">${strings.folderIntro} ${strings.folderExported}</p>
    <div class="drop" @dragover=${over} @dragleave=${leave} @drop=${drop}>
      <button class="button" type="button" data-action="pick-folder" @click=${actions.pick}>
        ${strings.folderButton}
      </button>
      <span class="section-note">${strings.folderDrop}</span>
      <button
        class="button"
        type="button"
        data-action="pick-files"
        @click=${(event: Event) => (event.target as Element).parentElement!.querySelector<HTMLInputElement>("input.files")!.click()}
      >
        ${strings.filesButton}
      </button>
      <input class="files" type="file" multiple hidden aria-label=${strings.filesButton} @change=${actions.picked} />
      <input
        class="folder"
        type="file"
        webkitdirectory
        multiple
        hidden
        aria-label=${strings.folderButton}
        @change=${actions.picked}
      />
    </div>
  </section>`;
}
