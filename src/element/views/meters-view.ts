// The meters with what each means.

import { html, type TemplateResult } from "lit";
import { formatBytes, formatCount, formatRate, formatSeconds } from "../quantity.ts";
import { contextUsed } from "../session/turn.ts";
import type { PanelModel } from "./panel-model.ts";

export function metersView({ info, answer, strings }: PanelModel): TemplateResult {
  const { locale, panels: words, tokensPerSecond } = strings;
  const usage = answer?.usage;
  const rate = (perSecond: number | undefined) =>
    perSecond ? tokensPerSecond(formatRate(perSecond, locale)) : undefined;
  const used = usage && contextUsed(usage);
  const values = {
    context: info && words.contextUsed(formatCount(used ?? 0, locale), formatCount(info.contextLength, locale)),
    prompt: rate(usage?.extra.prefill_tokens_per_s),
    answer: rate(usage?.extra.decode_tokens_per_s),
    first: answer?.firstWordMs === undefined ? undefined : formatSeconds(answer.firstWordMs / 1000, locale, 1),
    memory: info?.gpuBytes ? formatBytes(info.gpuBytes, locale) : undefined,
  };
  return html`<dl class="meters">
      ${(Object.keys(values) as (keyof typeof values)[]).map((name) => {
        const [title, hint] = words.meter[name];
        const value = values[name];
        return html`<div>
          <dt>${title}</dt>
          <dd class="value ${value ? "" : "none"}" data-meter=${name}>${value ?? words.noAnswerYet}</dd>
          ${
            name === "context" && info
              ? html`<dd><meter min="0" max=${info.contextLength} .value=${used ?? 0} aria-label=${title}></meter></dd>`
              : ""
          }
          <dd>${hint}</dd>
        </div>`;
      })}
    </dl>
    <slot name="meters"></slot>`;
}
