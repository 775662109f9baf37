// Chinese: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "按键",
  send: "发送",
  newLine: "换行",
  stop: "停止回答",
  editLast: "编辑上一条消息",
  focus: "转到文本框",
  map: "显示这些按键",
  or: "或",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "移除附件",
};
