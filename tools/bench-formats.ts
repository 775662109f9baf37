// `npm run bench -- --format NAME`: how many weights of a published layout its decode multiplies in a second, beside q4 in the
// same run, in the page of kernel checks. NAME is a part of a name ("GPTQ", "IQ3_S", "MLX 4"), or "all". Options: --runtime
// chromium or firefox, --shape ROWSxCOLS, --rounds N, --without FEATURES, --json. The adapter is PRONK_ADAPTER's, by default
// software.

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { BrowserKind } from "../cli/browser/find-browser.ts";
import { bytes as bytesText, figures } from "../src/bench/report-text.ts";
import { median } from "../src/bench/statistics.ts";
import type { FormatFigures, FormatOrder } from "../test/harness/check.ts";
import { openHarness } from "../test/support/harness.ts";
import { measuredFormats } from "../test/support/measured-formats.ts";

export interface FormatFlags extends FormatOrder {
  runtime: BrowserKind;
  json: boolean;
}

/** The allowed difference from float64, relative to the largest output: as in the kernel checks. */
const allowedError = 1e-5;

/** undefined without `--format`. Throws what is wrong, in words. */
export function readFormatFlags(args: readonly string[]): FormatFlags | undefined {
  if (!args.some((arg) => /^--format(=|$)/.test(arg))) return undefined;
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      format: text,
      runtime: { ...text, default: "chromium" },
      shape: { ...text, default: "512x2048" },
      rounds: { ...text, default: "15" },
      without: { ...text, default: "" },
      json: { type: "boolean", default: false },
    },
  });
  const { format = "", runtime, rounds, json } = values;
  const wanted = format.toLowerCase();
  const all = Object.keys(measuredFormats);
  const exact = all.filter((name) => name.toLowerCase() === wanted);
  const found =
    wanted === "all" ? all : exact.length > 0 ? exact : all.filter((name) => name.toLowerCase().includes(wanted));
  if (wanted === "" || found.length === 0)
    throw new Error(`--format: expected "all" or a part of ${all.join("; ")}; found "${format}".`);
  if (runtime !== "chromium" && runtime !== "firefox")
    throw new Error(`--runtime: expected chromium or firefox beside --format; found "${runtime}".`);
  const shape = /^([1-9]\d*)x([1-9]\d*)$/.exec(values.shape)?.slice(1).map(Number);
  // An eighth of the inputs must be whole groups of 128; blocks have 256.
  if (!shape || shape[0] % 128 !== 0 || shape[1] % 1024 !== 0)
    throw new Error(`--shape: expected ROWSxCOLS, multiples of 128 and 1024; found "${values.shape}".`);
  if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`--rounds: expected a whole number above 0; found "${rounds}".`);
  return {
    names: found,
    shape: [shape[0], shape[1]],
    rounds: Number(rounds),
    without: values.without.split(",").filter(Boolean),
    runtime,
    json,
  };
}

export interface FormatSpeed {
  name: string;
  weightsPerSecond: number;
  gigabytesPerSecond: number;
  /** Relative to q4's weights a second: the median of the rounds' ratios. */
  ofQ4: number;
  /** The least `ofQ4` required; 0: none. */
  floor: number;
  bytes: number;
  error: number;
}

/** Medians; each product is compared with the one of q4 just before. */
export function formatSpeeds(measured: readonly FormatFigures[], [rows, cols]: FormatOrder["shape"]): FormatSpeed[] {
  return measured.map(({ name, bytes, error, ms, q4Ms }) => {
    const seconds = median(ms) / 1000;
    return {
      name,
      weightsPerSecond: (rows * cols) / seconds,
      gigabytesPerSecond: bytes / seconds / 1e9,
      ofQ4: median(ms.map((own, round) => q4Ms[round] / own)),
      floor: measuredFormats[name]?.floor ?? 0,
      bytes,
      error,
    };
  });
}

/** Gives the command's exit status: 1 if an output is wrong. */
export async function benchFormats({ runtime, json, ...order }: FormatFlags): Promise<number> {
  const load = loadavg()[0].toFixed(1);
  await using harness = await openHarness(runtime);
  const measured = await harness.page.evaluate<FormatFigures[]>(
    (asked: FormatOrder) =>
      (
        globalThis as unknown as { pronkHarness: { measureFormats(order: FormatOrder): Promise<FormatFigures[]> } }
      ).pronkHarness.measureFormats(asked),
    order,
  );
  const speeds = formatSpeeds(measured, order.shape);
  const wrong = speeds.filter(({ error }) => !(error <= allowedError));
  if (json) console.log(JSON.stringify({ browser: harness.page.version, load: Number(load), ...order, speeds }));
  else {
    console.log(
      `${harness.page.version}; ${order.shape.join(" x ")}, medians of ${order.rounds} rounds; load ${load} at the start`,
    );
    console.log(
      `${"format".padEnd(34)}${"Mweights/s".padStart(11)}${"GB/s".padStart(8)}${"of q4".padStart(8)}${"error".padStart(10)}  size`,
    );
    for (const { name, weightsPerSecond, gigabytesPerSecond, ofQ4, floor, bytes, error } of speeds) {
      const short = ofQ4 < floor ? `, below ${floor}` : "";
      console.log(
        name.padEnd(34) + figures(weightsPerSecond / 1e6).padStart(11) + figures(gigabytesPerSecond).padStart(8) +
          ofQ4.toFixed(2).padStart(8) + error.toExponential(1).padStart(10) + `  ${bytesText(bytes)}${short}`,
      ); // prettier-ignore
    }
  }
  for (const { name, error } of wrong) console.error(`WRONG: ${name} is off by ${error} (allowed ${allowedError})`);
  return wrong.length > 0 ? 1 : 0;
}
