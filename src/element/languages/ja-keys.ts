// Japanese: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "キー操作",
  send: "送信",
  newLine: "改行",
  stop: "回答を止める",
  editLast: "直前のメッセージを編集",
  focus: "入力欄に移動",
  map: "キー操作を表示",
  or: "または",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "添付を外す",
};
