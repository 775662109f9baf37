// Arabic: the map of keys.

import type { KeyStrings } from "./en-keys.ts";

export const keys: KeyStrings = {
  title: "المفاتيح",
  send: "إرسال",
  newLine: "سطر جديد",
  stop: "إيقاف الإجابة",
  editLast: "تعديل رسالتك الأخيرة",
  focus: "الانتقال إلى حقل النص",
  map: "عرض هذه المفاتيح",
  or: "أو",
  names: { alt: "Alt", control: "Control", shift: "Shift", enter: "Enter", escape: "Esc", delete: "Delete" },
  removeAttachment: "إزالة مرفق",
};
