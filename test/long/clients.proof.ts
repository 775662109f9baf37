// Real client packages on `engine.fetch`: the openai package, the AI SDK, LangChain and LlamaIndex, unchanged, in Chromium, with
// the built library's engine in its worker and the shipped model, under the policy that pronk promises to run with.

import { join } from "node:path";
import { outputFolder, root } from "../../cli/built.ts";
import { launch } from "../../cli/browser/browser-page.ts";
import { startFileServer } from "../../cli/server/file-server.ts";
import { ensureBuilt } from "../../tools/stale.ts";
import type { Proof } from "./proof.ts";

export interface ClientsReport {
  /** Scenarios, `count` times each. */
  runs: number;
  passed: number;
  failed: number;
  failures: string[];
}

export async function runClients(count: number): Promise<ClientsReport> {
  ensureBuilt(["library", "clients"]);
  const report: ClientsReport = { runs: 0, passed: 0, failed: 0, failures: [] };
  const mounts = [
    { prefix: "/clients/", path: outputFolder.clients },
    { prefix: "/lib/", path: outputFolder.library },
    { prefix: "/model/", path: join(root, "public/models/tiny") },
  ];
  await using server = await startFileServer({ mounts });
  const page = await launch("chromium", { adapter: "software" });
  try {
    const trouble: string[] = [];
    page.onConsole((level, text) => void (level === "error" && trouble.push(text)));
    await page.goto(`${server.origin}/clients/index.html`);
    trouble.length = 0; // some packages try eval as they load, are refused, and carry on without
    const scenarios = await page.evaluate<string[]>("(url) => pronkClients.open(url)", `${server.origin}/model/`);
    for (const scenario of Array.from({ length: count }, () => scenarios).flat()) {
      report.runs++;
      const wrong = await page.evaluate<string>("(scenario) => pronkClients.run(scenario)", scenario);
      const failure = [wrong, ...trouble.splice(0)].filter(Boolean).join("\n");
      if (failure === "") report.passed++;
      else {
        report.failed++;
        report.failures.push(`${scenario}: ${failure}`);
      }
    }
  } finally {
    await page.close();
  }
  return report;
}

export const clientsProof: Proof = {
  name: "clients",
  says: "the openai package, the AI SDK, LangChain and LlamaIndex get from `engine.fetch` what the engine says",
  unit: "times through all scenarios",
  slice: 1,
  full: 10,
  async run(count) {
    const { failures } = await runClients(count);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
