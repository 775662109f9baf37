// Arabic: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "ما سرعة وحدة GPU هذه؟ pronk",
  description: "يقيس سرعة هذا المتصفح ووحدة GPU في تشغيل النماذج اللغوية. لا يُرسل شيء.",
  heading: "ما سرعة وحدة GPU هذه؟",
  lead: "ينشئ pronk على وحدة GPU لديك نموذجًا بأوزان عشوائية، ويتحقق من أنها تحسب حسابًا صحيحًا، ويقيس سرعة القراءة والكتابة. لا يُنزَّل شيء ولا يغادر شيء هذا الجهاز.",
  sizeLabel: "نموذج بحجم",
  inFront: "أبقِ علامة التبويب هذه في المقدمة: المتصفحات تبطئ ما لا يُرى.",
  tiny: "النموذج الصغير الموجود هنا",
  option: (name, size) => `${name}، ${size}`,
  measure: "قياس",
  again: "قياس من جديد",
  measuring: "يجري القياس",
  progress: {
    "Asking for the GPU": "يجري طلب وحدة GPU",
    "Measuring what the adapter can do": "يجري قياس قدرة المحوّل",
    "Loading, # of #": "التحميل، # من #",
    "Warming up": "الإحماء",
    "Reading and answering, # of #": "القراءة والإجابة، # من #",
    "Counting what a token costs": "يجري حساب كلفة الرمز",
    "Timing every kernel": "يجري توقيت كل نواة",
    "Checking two layers against plain kernels": "تجري مقارنة طبقتين بأنوية بسيطة",
    Done: "تم",
  },
  noWebGpu:
    "لا يوفر هذا المتصفح محوّل WebGPU. استخدم إصدارًا حديثًا من Chrome أو Edge أو Firefox أو Safari، واسمح له باستخدام GPU.",
  failed: (message) => `فشل القياس. ${message}`,
  headline: (adapter) => `على ${adapter}`,
  cards: {
    decode: ["رموز في الثانية، كتابةً", "هذا ما تشعر به أثناء ظهور الإجابة. الرمز نحو ثلاثة أرباع كلمة إنجليزية."],
    prefill: ["رموز في الثانية، قراءةً", "سرعة قراءة سؤال أو نص."],
    first: ["حتى أول رمز", "الانتظار بعد سؤال بالطول المقيس هنا."],
    load: ["حتى يصبح جاهزًا", "إنشاء الأوزان وترجمة المظلِّلات؛ من دون أي تنزيل."],
  },
  between: (least, most, runs) => `من ${least} إلى ${most}؛ عدد مرات التشغيل: ${runs}.`,
  wrong: (error, allowed) =>
    `الأرقام خاطئة على هذا المحوّل: انحراف اللوجيت ${error}، والمسموح ${allowed}. الأزمنة أدناه بلا معنى.`,
  right: (positions, error) =>
    `تم التحقق: عدد المواضع المطابقة لأنوية بسيطة في f32 هو ${positions}؛ وأكبر فرق في اللوجيت ${error}.`,
  ceiling: (percent, bytes, rate) =>
    `لكتابة رمز واحد يجب أن تقرأ وحدة GPU ما قدره ${bytes} من الأوزان والذاكرة المؤقتة. القراءة هي كل ما عليها، وأقصى ما تقرؤه ${rate} في الثانية، فهذا ${percent} مما تتيحه ذاكرتها.`,
  counts: (dispatches, submits) => `عمليات الإطلاق لكل رمز: ${dispatches}، في ${submits}.`,
  submits: counted("ar", {
    zero: "# إرسال",
    one: "إرسال واحد",
    two: "إرسالين",
    few: "# إرسالات",
    many: "# إرسالًا",
    other: "# إرسال",
  }),
  nothing: "لا يُنشأ شيء في الطريق.",
  objects: (buffers, groups) => `ما يُنشأ في الطريق: مخازن ${buffers} ومجموعات ربط ${groups}.`,
  memory: (gpu, weights, cache) => `ذاكرة GPU: ${gpu}، منها ${weights} للأوزان و${cache} للذاكرة المؤقتة.`,
  timeTitle: "أين يذهب زمن الرمز الواحد",
  timeNote:
    "شُغّلت كل نواة وحدها تحت ساعة GPU نفسها، لذا يزيد المجموع قليلًا على ما يستغرقه الرمز. تقرّب المتصفحات هذه الساعة إلى 0.1 مللي ثانية؛ فأرقام الأنوية القصيرة جدًا تقريبية.",
  prefillTitle: (tokens) => `أين يذهب زمن القراءة، بعدد رموز ${tokens}`,
  noClock: "ليس في هذا المحوّل ساعة للأنوية المفردة (timestamp-query)، لذا لا توجد صورة لها.",
  columns: { kernel: "النواة", times: "المرات", ms: "م.ث", rate: "GB/s", flops: "GFLOP/s" },
  all: "المجموع",
  roofTitle: "القرب من السقف",
  roofNote:
    "السقف هو ما تستطيعه وحدة GPU هذه، وقد قيس قبل لحظة: المنحدر ذاكرتها، والجزء المستوي حسابها. النواة تحت المنحدر تنتظر الذاكرة، وتحت المستوي تنتظر الحساب؛ وكلما اقتربت من السقف قلّ ما يمكن كسبه. تكبر الدوائر بقدر حصة النواة من الزمن.",
  roofX: "العمليات لكل بايت مقروء",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `مخطط سقف هذا المحوّل؛ الرمز المكتوب عند ${percent} من سقف الذاكرة`,
  writing: "رمز واحد",
  reading: "السؤال",
  reportTitle: "التقرير",
  reportNote: "نص بسيط بالإنجليزية، للحفظ أو للعرض على الآخرين. يذكر المتصفح والمحوّل، ولا شيء آخر عنك.",
  reportLabel: "التقرير نصًا",
  copy: "نسخ",
  copied: "تم النسخ",
  copyFailed: "حدّد النص وانسخه",
  share: "مشاركة",
  save: "حفظ بصيغة JSON",
};
