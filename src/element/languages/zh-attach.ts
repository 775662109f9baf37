// Chinese: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "附加文件",
  dropHere: "拖放文件以附加其文本",
  attached: "附件",
  pasted: (number) => `粘贴的文本 ${number}`,
  reading: (name) => `正在读取 ${name}`,
  remove: (name) => `移除 ${name}`,
  removed: (name) => `已移除 ${name}。`,
  about: (tokens) => `约 ${tokens}`,
  problems: {
    empty: (name) => `${name} 是空的。`,
    binary: (name) => `${name} 不是文本。可以附加文本、Markdown、代码、CSV、JSON 和 PDF。`,
    encoding: (name) => `${name} 不是 UTF-8 编码。请另存为 UTF-8 后重新附加。`,
    large: (name, most) => `${name} 太大：最多可附加 ${most} 的文本。请只附加其中一部分。`,
    encrypted: (name) => `${name} 有密码保护。请去掉密码保存后重新附加。`,
    scanned: (name) => `${name} 只有页面图片，没有文本。请附加经过文字识别（OCR）的版本。`,
    damaged: (name) => `${name} 无法作为 PDF 读取。它可能已损坏。`,
    unreadable: (name) => `无法读取 ${name}。如果是文件夹，请附加其中的文件。`,
    same: (name) => `${name} 已经附加了。`,
    partMissing: (name) =>
      `无法读取 ${name}：页面缺少一部分。请检查网络连接后重试；如果页面在此期间已更新，请重新加载。`,
  },
  tooLong: (tokens, context) =>
    `这条消息有 ${tokens}，而模型的上下文只能容纳 ${context}。请移除一个附件，或少附加一些内容。`,
  longerContext: "允许更长的上下文",
  crowdsOut: "加上这些，对话的开头可能就放不进模型的上下文了。",
};
