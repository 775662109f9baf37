// Arabic: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "إرفاق ملفات",
  dropHere: "أفلت الملفات لإرفاق نصها",
  attached: "المرفقات",
  pasted: (number) => `نص ملصق ${number}`,
  reading: (name) => `تجري قراءة ${name}`,
  remove: (name) => `إزالة ${name}`,
  removed: (name) => `أُزيل ${name}.`,
  about: (tokens) => `نحو ${tokens}`,
  problems: {
    empty: (name) => `${name} فارغ.`,
    binary: (name) => `${name} ليس نصًا. يمكن إرفاق النصوص وMarkdown والشيفرة وCSV وJSON وPDF.`,
    encoding: (name) => `${name} ليس بترميز UTF-8. احفظه بترميز UTF-8 وأرفقه من جديد.`,
    large: (name, most) => `${name} كبير جدًا: يمكن إرفاق نص حتى ${most}. أرفق جزءًا منه.`,
    encrypted: (name) => `${name} محمي بكلمة مرور. احفظه دونها وأرفقه من جديد.`,
    scanned: (name) => `في ${name} صور صفحات ولا نص فيه. أرفق نسخة جرى التعرف على نصها (OCR).`,
    damaged: (name) => `تتعذر قراءة ${name} كملف PDF. قد يكون تالفًا.`,
    unreadable: (name) => `تعذرت قراءة ${name}. إن كان مجلدًا فأرفق الملفات التي فيه.`,
    same: (name) => `${name} مرفق من قبل.`,
    partMissing: (name) =>
      `تعذرت قراءة ${name}: جزء من الصفحة مفقود. تحقق من الاتصال وحاول مرة أخرى؛ وإن كانت الصفحة قد حُدّثت في هذه الأثناء فأعد تحميلها.`,
  },
  tooLong: (tokens, context) =>
    `طول هذه الرسالة ${tokens}، ويتسع سياق النموذج إلى ${context}. أزل مرفقًا، أو أرفق أقل منه.`,
  longerContext: "السماح بسياق أطول",
  crowdsOut: "بهذا قد لا يتسع أول المحادثة في سياق النموذج.",
};
