// `npm run bench:choices`: how much faster `multipleChoice` is than reading each choice by itself. The same questions are
// answered twice by one engine, five at a time: as they are, and one choice of all, then the next of all, each as an item of its
// own. The KV cache has room for one item, so then nothing of a choice is found there. `--json` prints one object.

import { parseArgs } from "node:util";
import { adapterFromEnvironment } from "../cli/browser/adapter-choice.ts";
import type { BrowserKind } from "../cli/browser/find-browser.ts";
import { placeOfModel } from "../cli/model-place.ts";
import { openRunner } from "../cli/runner.ts";
import type { EngineOptions } from "../src/index.ts";
import { uniformAt } from "../test/reference/uniform.ts";
import { ensureBuilt } from "./stale.ts";

// What runs in the page finds these as globals.
declare const pronk: typeof import("../src/index.ts") & typeof import("../src/eval/index.ts");

interface Order {
  model: string;
  options: EngineOptions;
  count: number;
  /** Of question and choice together, and of a choice. */
  tokens: [number, number];
  /** Numbers in [0, 1). */
  random: number[];
}

const { values } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    model: { type: "string", default: "public/models/tiny" },
    quantize: { type: "string", default: "q4" },
    items: { type: "string", default: "20" },
    tokens: { type: "string", default: "100" },
    choice: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});

ensureBuilt(["library", "runner"]);
const adapter = adapterFromEnvironment("software");
await using runner = await openRunner(values.browser as BrowserKind, { adapter, log: () => {} });
await runner.page.evaluate(`async () => {
  Object.assign(globalThis, { pronk: { ...(await import("/lib/index.js")), ...(await import("/lib/eval.js")) } });
}`);
const place = placeOfModel(values.model);
const order: Order = {
  model: "path" in place ? runner.serve(place.path) : place.reference,
  options: {
    quantize: values.quantize as EngineOptions["quantize"],
    store: false,
    contextLength: Number(values.tokens) + 8,
  },
  count: Number(values.items),
  tokens: [Number(values.tokens), Number(values.choice)],
  random: Array.from({ length: 4096 }, (_, i) => uniformAt(1, i)),
};
const found = await runner.page.evaluate(measure, order);
const result = {
  browser: runner.page.version,
  model: values.model,
  items: order.count,
  tokens: order.tokens[0],
  ...found,
};
if (values.json) console.log(JSON.stringify(result));
else {
  const { items, tokens, apartMs, togetherMs, apartCached, togetherCached, ratio } = result;
  console.log(`${result.browser}, ${result.model} in ${values.quantize}, ${result.gpu}`);
  console.log(`${items} items of four choices, ${tokens} tokens each with its question`);
  const fed = 4 * items * tokens;
  console.log(
    `each choice by itself: ${(apartMs / items).toFixed(0)} ms an item, ${apartCached} of ${fed} tokens in the cache`,
  );
  console.log(`together: ${(togetherMs / items).toFixed(0)} ms an item, ${togetherCached} in the cache`);
  console.log(`${ratio.toFixed(2)} times as fast; 2.5 is wanted`);
  console.log(`largest difference of a log-likelihood: ${result.differs.toExponential(1)}`);
}
process.exit(0); // prettier-ignore

async function measure({ model, options, count, tokens: [all, own], random }: Order) {
  const engine = await pronk.createEngine(model, options);
  const { vocabSize, bosId = 1 } = engine.info.config;
  // Texts are ids here, so that each has as many tokens as wanted.
  const encode = async (text: string, { addBos = false } = {}) => [
    ...(addBos ? [bosId] : []),
    ...text.split(" ").map(Number),
  ];
  let drawn = 0;
  const text = (length: number) =>
    Array.from({ length }, () => 3 + Math.floor(random[drawn++ % random.length] * (vocabSize - 3))).join(" ");
  const item = (context: string, choices: readonly string[]) => ({
    context,
    choices,
    continuations: choices.map((choice) => ` ${choice}`),
    gold: 0,
  });
  let cached = 0;
  const create = async (...given: Parameters<typeof engine.completions.create>) => {
    const answer = await engine.completions.create(...given);
    if ("usage" in answer) cached += answer.usage?.prompt_tokens_details.cached_tokens ?? 0;
    return answer;
  };
  const measured = {
    completions: { ...engine.completions, create } as never,
    info: engine.info,
    tokenizer: { ...engine.tokenizer, encode },
  };
  const items = Array.from({ length: count }, () =>
    item(
      text(all - own),
      [1, 2, 3, 4].map(() => text(own)),
    ),
  );
  const timed = async (asked: Parameters<typeof pronk.multipleChoice>[1]) => {
    cached = 0;
    const startMs = performance.now();
    const found = await pronk.multipleChoice(measured, asked);
    return { ms: performance.now() - startMs, values: found.items.map(({ logLikelihoods }) => logLikelihoods), cached };
  };
  await timed(items.slice(0, 2)); // whatever is made at first use is made
  const sums = { apartMs: 0, togetherMs: 0, apartCached: 0, togetherCached: 0, differs: 0 };
  for (let at = 0; at < count; at += 5) {
    // In turns, so that a machine that slows down slows down both.
    const some = items.slice(at, at + 5);
    const together = await timed(some);
    const apart = await timed(
      [0, 1, 2, 3].flatMap((i) => some.map(({ context, choices }) => item(context, [choices[i]]))),
    );
    sums.apartMs += apart.ms;
    sums.togetherMs += together.ms;
    sums.apartCached += apart.cached;
    sums.togetherCached += together.cached;
    for (const [place, values] of together.values.entries())
      for (const [i, value] of values.entries())
        sums.differs = Math.max(sums.differs, Math.abs(value - apart.values[i * some.length + place][0]));
  }
  const gpu = Object.values(engine.info.adapter).filter(Boolean).join(", ");
  return { gpu, ...sums, ratio: sums.apartMs / sums.togetherMs };
}
