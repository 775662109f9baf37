// Hindi: attached files.

import type { AttachStrings } from "./en-attach.ts";

export const attachments: AttachStrings = {
  attach: "फ़ाइलें जोड़ें",
  dropHere: "फ़ाइलों का टेक्स्ट जोड़ने के लिए उन्हें यहाँ छोड़ें",
  attached: "जोड़ी गई फ़ाइलें",
  pasted: (number) => `चिपकाया गया टेक्स्ट ${number}`,
  reading: (name) => `${name} पढ़ी जा रही है`,
  remove: (name) => `${name} हटाएँ`,
  removed: (name) => `${name} हटा दी गई।`,
  about: (tokens) => `करीब ${tokens}`,
  problems: {
    empty: (name) => `${name} खाली है।`,
    binary: (name) => `${name} टेक्स्ट नहीं है। टेक्स्ट, Markdown, कोड, CSV, JSON और PDF जोड़े जा सकते हैं।`,
    encoding: (name) => `${name} UTF-8 में नहीं है। इसे UTF-8 में सहेजकर फिर से जोड़ें।`,
    large: (name, most) => `${name} बहुत बड़ी है: ${most} तक का टेक्स्ट जोड़ा जा सकता है। इसका एक हिस्सा जोड़ें।`,
    encrypted: (name) => `${name} पासवर्ड से सुरक्षित है। इसे बिना पासवर्ड के सहेजकर फिर से जोड़ें।`,
    scanned: (name) => `${name} में पन्नों की तस्वीरें हैं, टेक्स्ट नहीं। ऐसी फ़ाइल जोड़ें जिसका टेक्स्ट पहचाना गया हो (OCR)।`,
    damaged: (name) => `${name} को PDF की तरह नहीं पढ़ा जा सकता। हो सकता है यह खराब हो।`,
    unreadable: (name) => `${name} नहीं पढ़ी जा सकी। अगर यह फ़ोल्डर है, तो उसके अंदर की फ़ाइलें जोड़ें।`,
    same: (name) => `${name} पहले से जुड़ी है।`,
    partMissing: (name) =>
      `${name} नहीं पढ़ी जा सकी: पेज का एक हिस्सा नहीं मिला। कनेक्शन जाँचें और फिर कोशिश करें; अगर इस बीच पेज अपडेट हो गया है, तो उसे फिर से लोड करें।`,
  },
  tooLong: (tokens, context) =>
    `इस संदेश में ${tokens} हैं, और मॉडल के कॉन्टेक्स्ट में ${context} समाते हैं। कोई फ़ाइल हटाएँ, या उसका कम हिस्सा जोड़ें।`,
  longerContext: "लंबे कॉन्टेक्स्ट की अनुमति दें",
  crowdsOut: "इसके साथ, बातचीत की शुरुआत शायद मॉडल के कॉन्टेक्स्ट में न समाए।",
};
