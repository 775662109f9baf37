// Japanese: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "ファイルを添付",
  dropHere: "ファイルをドロップすると、その文章を添付できます",
  attached: "添付ファイル",
  pasted: (number) => `貼り付けた文章 ${number}`,
  reading: (name) => `${name} を読んでいます`,
  remove: (name) => `${name} を外す`,
  removed: (name) => `${name} を外しました。`,
  about: (tokens) => `約 ${tokens}`,
  problems: {
    empty: (name) => `${name} は空です。`,
    binary: (name) =>
      `${name} はテキストではありません。添付できるのは、テキスト、Markdown、コード、CSV、JSON、PDF です。`,
    encoding: (name) => `${name} は UTF-8 ではありません。UTF-8 で保存し、もう一度添付してください。`,
    large: (name, most) =>
      `${name} は大きすぎます。添付できるテキストは ${most} までです。一部だけを添付してください。`,
    encrypted: (name) => `${name} はパスワードで保護されています。パスワードを外して保存し、もう一度添付してください。`,
    scanned: (name) =>
      `${name} にはページの画像だけがあり、文字がありません。文字認識（OCR）をしたものを添付してください。`,
    damaged: (name) => `${name} は PDF として読めません。破損しているかもしれません。`,
    unreadable: (name) => `${name} を読めませんでした。フォルダーの場合は、中のファイルを添付してください。`,
    same: (name) => `${name} はすでに添付されています。`,
    partMissing: (name) =>
      `${name} を読めませんでした。ページの一部がありません。接続を確かめて、もう一度お試しください。その間にページが更新された場合は、再読み込みしてください。`,
  },
  tooLong: (tokens, context) =>
    `このメッセージは ${tokens}ですが、モデルのコンテキストに入るのは ${context}です。添付を外すか、減らしてください。`,
  longerContext: "より長いコンテキストを許可",
  crowdsOut: "これを送ると、会話の初めがモデルのコンテキストに収まらなくなるかもしれません。",
};
