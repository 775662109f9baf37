// `npm run clients`, `faults`, `kills`, `losses`, `schedules`, `schemas`, `soak` and `turns`: long proofs with their figures.
// `--count N` (of a soak: `--turns N`) and `--seed S`; `--only` runs another proof named here, e.g. wrong-numbers; `--json`
// prints one object on stdout. Exits with 1 when a run fails.

import { parseArgs } from "node:util";
import { clientsProof, runClients } from "../test/long/clients.proof.ts";
import { faultsProof, runFaults } from "../test/long/faults.proof.ts";
import { killsProof, runKills } from "../test/long/kills.proof.ts";
import { lossesProof, runLosses } from "../test/long/losses.proof.ts";
import { refusedMemoryProof, runRefusedMemory } from "../test/long/refused-memory.proof.ts";
import { runSchedules, schedulesProof } from "../test/long/schedules.proof.ts";
import { schemasProof } from "../test/long/schemas.proof.ts";
import { runSchemasAndSlowdown } from "../test/long/slowdown.ts";
import { runSoak, soakProof } from "../test/long/soak.proof.ts";
import { runTurns, turnsProof } from "../test/long/turns.proof.ts";
import { runWrongNumbers, wrongNumbersProof } from "../test/long/wrong-numbers.proof.ts";

const proofs = {
  clients: { run: runClients, full: clientsProof.full },
  faults: { run: runFaults, full: faultsProof.full },
  kills: { run: runKills, full: killsProof.full },
  losses: { run: runLosses, full: lossesProof.full },
  "refused-memory": { run: runRefusedMemory, full: refusedMemoryProof.full },
  schedules: { run: runSchedules, full: schedulesProof.full },
  schemas: { run: runSchemasAndSlowdown, full: schemasProof.full },
  soak: { run: runSoak, full: soakProof.full },
  turns: { run: runTurns, full: turnsProof.full },
  "wrong-numbers": { run: runWrongNumbers, full: wrongNumbersProof.full },
};

const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  options: {
    only: text,
    count: text,
    turns: text,
    seed: { ...text, default: "1" },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const name = (values.only ?? positionals[0]) as keyof typeof proofs;
if (!(name in proofs)) {
  console.error(`--only: expected one of ${Object.keys(proofs).join(", ")}; found "${name}".`);
  process.exit(2);
}
const { turns, count = turns ?? `${proofs[name].full}`, seed, json } = values;
for (const [flag, value] of Object.entries({ count, seed }))
  if (!/^\d+$/.test(value)) {
    console.error(`--${flag}: expected a whole number; found "${value}".`);
    process.exit(2);
  }
const startedMs = performance.now();
const { failures, ...figures } = await proofs[name].run(Number(count), Number(seed));
for (const failure of failures) console.error(failure);
const result = { proof: name, ...figures, seed: Number(seed), elapsedMs: Math.round(performance.now() - startedMs) };
if (json) console.log(JSON.stringify(result));
else console.log(result);
process.exit(figures.failed > 0 ? 1 : 0);
