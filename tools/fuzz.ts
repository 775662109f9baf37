// `npm run fuzz`: hostile input for every reader of files (test/fuzz). `--count N` cases in all, `--seed S`, `--only READER`
// one reader alone, `--bail` no more of a reader after its first failure; `--json` prints one object on stdout. Exits with 1
// when a case fails.

import { parseArgs } from "node:util";
import { fuzzProof } from "../test/long/fuzz.proof.ts";
import { runFuzz } from "../test/fuzz/run.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    count: { ...text, default: `${fuzzProof.full}` },
    seed: { ...text, default: "1" },
    only: text,
    bail: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { count, seed, only, bail, json } = values;
for (const [flag, value] of Object.entries({ count, seed }))
  if (!/^\d+$/.test(value)) {
    console.error(`--${flag}: expected a whole number; found "${value}".`);
    process.exit(2);
  }
const startedMs = performance.now();
const report = await runFuzz({ count: Number(count), seed: Number(seed), only, untilFailure: bail });
for (const { failures } of Object.values(report.readers)) for (const failure of failures) console.error(failure);
const result = { proof: "fuzz", ...report, seed: Number(seed), elapsedMs: Math.round(performance.now() - startedMs) };
if (json) console.log(JSON.stringify(result));
else console.dir(result, { depth: 4 });
process.exit(report.failed > 0 ? 1 : 0);
