// Whether a model is under Llama 2's community licence, and what says so: the hub's card, the README's front matter, licence
// texts, the configuration, the model's own name. Works for picked folders as well as repositories. It errs towards showing
// the licence: when `llama2` is true a page asks for acceptance before weights are fetched.

import { parseJson } from "../json-bytes.ts";
import { readFrontMatter } from "./front-matter.ts";

export interface LicenseEvidence {
  llama2: boolean;
  /** For people: each says where it was found. */
  evidence: string[];
  /** As the card names it, e.g. `llama2` or `apache-2.0`. */
  license: string | undefined;
}

/** What a weight file says about its model, where it holds more than numbers. */
export interface ModelOrigin {
  license?: string;
  names: string[]; // its own, and those of what it was made from
}

/** The wording the licence requires wherever the model is passed on. */
export const llama2Attribution =
  "Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.";

/** llama2, Llama-2-7b, llama_2, LLaMA v2; neither Llama-3.2 nor llama2.c nor llama-20b. */
const llama2Name = /llama[-_ ]?v?2(?![\d.])/i;
const agreementTitle = "LLAMA 2 COMMUNITY LICENSE AGREEMENT";

export function findLicenseEvidence({
  sideFiles,
  card,
  origin,
  label,
}: {
  sideFiles: ReadonlyMap<string, Uint8Array>;
  card?: { license?: string; baseModel?: string[] };
  origin?: ModelOrigin;
  label: string;
}): LicenseEvidence {
  const evidence: string[] = [];
  const claim = (where: string, name: string | undefined) => {
    if (name !== undefined && llama2Name.test(name)) evidence.push(`${where}: ${name}`);
  };
  let license = card?.license;
  claim("the hub's card, license", card?.license);
  for (const base of card?.baseModel ?? []) claim("the hub's card, base_model", base);
  for (const [path, bytes] of sideFiles) {
    if (/^README/i.test(path)) {
      const text = decode(bytes);
      const fields = readFrontMatter(text);
      license ??= fields.license;
      claim(`${path}, license`, fields.license);
      for (const base of fields.baseModel) claim(`${path}, base_model`, base);
      if (text.includes(agreementTitle)) evidence.push(`${path}: ${agreementTitle}`); // in capitals: prose may mention it
    } else if (/^(LICEN[CS]E|NOTICE|USE_POLICY)/i.test(path)) {
      const found = /llama 2 community license( agreement)?|llama 2 acceptable use policy/i.exec(decode(bytes));
      if (found) evidence.push(`${path}: ${found[0]}`);
    } else if (path === "config.json") claim("config.json, _name_or_path", nameIn(bytes, "_name_or_path"));
    else if (path === "adapter_config.json")
      claim("adapter_config.json, base_model_name_or_path", nameIn(bytes, "base_model_name_or_path"));
  }
  license ??= origin?.license;
  for (const text of [...(origin?.names ?? []), origin?.license]) claim("the weight file's metadata", text);
  claim("the model's name", label);
  return { llama2: evidence.length > 0, evidence, license };
}

function nameIn(bytes: Uint8Array, field: string): string | undefined {
  try {
    const { [field]: name } = parseJson(decode(bytes)) as Record<string, unknown>;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined; // the configuration's own reader reports it
  }
}

const mostReadBytes = 2 ** 20; // of a card or a licence: it is read on the page's thread

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, mostReadBytes));
