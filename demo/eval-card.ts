// What a model's publisher says about it, as data with its source (public/eval/llama-2-card.json): to compare, not measured here.

import { pageStrings as strings } from "./page-words.ts";
import { wideTable } from "./eval-result.ts";
import { element } from "./page-elements.ts";

interface Card {
  source: string;
  url: string;
  tables: { title: string; note: string; digits: number; columns: string[]; rows: (string | number)[][] }[];
}

let read: Promise<Card> | undefined;

/** Rejects if the file does not arrive. */
export async function showCard(place: HTMLElement): Promise<void> {
  read ??= fetch("./eval/llama-2-card.json").then((answer) => answer.json() as Promise<Card>);
  const { source, url, tables } = await read;
  const link = element("a", "", source);
  link.href = url;
  [link.lang, link.dir] = ["en", "ltr"];
  const from = element("p", "note", `${strings.evaluation.cardSource} `);
  from.append(link);
  const parts = tables.flatMap(({ title, note, digits, columns, rows }) => {
    const { format } = new Intl.NumberFormat("en", { minimumFractionDigits: digits });
    const lines = rows.map((row) => row.map((cell) => (typeof cell === "number" ? format(cell) : cell)));
    return [element("h3", "", title), wideTable([columns, ...lines], title), element("p", "note", note)];
  });
  const said = element("div");
  [said.lang, said.dir] = ["en", "ltr"];
  said.append(...parts);
  place.replaceChildren(element("p", "note", strings.evaluation.cardNote), said, from);
}
