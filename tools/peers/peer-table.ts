// The comparison as a table in Markdown, to read or to put into a README. A run with wrong ids shows no times.

import { figures } from "../../src/bench/report-text.ts";
import type { ComparedRun, PeerRun } from "./peer-run.ts";

export function peerTable(
  { shape, prompt, decode }: { shape: string; prompt: number; decode: number },
  pronk: PeerRun,
  peers: ComparedRun[],
): string {
  const columns = ["", "pronk", ...peers.map(({ engine }) => engine)];
  const all = [pronk, ...peers];
  const shown = (run: PeerRun, value: string) => ("right" in run && !run.right ? "wrong ids" : value);
  const seconds = (ms: number) => `${figures(ms / 1000)} s`;
  const times = (value: (run: PeerRun) => number) =>
    all.map((run) => {
      const ratio = run === pronk ? "" : ` (${figures(value(run) / value(pronk))}x)`;
      return shown(run, `${seconds(value(run))}${ratio}`);
    });
  const atOnce = all.map((run) => {
    if (!run.atOnce) return "";
    const ratio = run === pronk ? "" : ` (${figures(run.atOnce.ms / pronk.atOnce!.ms)}x)`;
    const isWrong = "rightAtOnce" in run && !run.rightAtOnce;
    return `${isWrong ? "wrong ids" : `${seconds(run.atOnce.ms)}${ratio}`}, ${run.atOnce.way}`;
  });
  const counted = (name: keyof NonNullable<PeerRun["perToken"]>) =>
    all.map(({ perToken }) => (perToken?.[name] === undefined ? "" : String(perToken[name])));
  const rows = [
    columns,
    ["version", ...all.map(({ version }) => version)],
    ["load (pronk's makes its weights)", ...all.map(({ loadMs }) => seconds(loadMs))],
    [`prefill of ${prompt}`, ...times(({ prefillMs }) => prefillMs)],
    [`token, best of ${decode - 1}`, ...times(({ tokenMs }) => tokenMs)],
    ...(pronk.atOnce ? [[`${pronk.atOnce.ids.length} answers of ${decode} at once`, ...atOnce]] : []),
    ["dispatches a token", ...counted("dispatches")],
    ["passes", ...counted("passes")],
    ["submits", ...counted("submits")],
    ["bind groups created", ...counted("bindGroupsCreated")],
    ["buffers created", ...counted("buffersCreated")],
    ["writeBuffer", ...counted("writeBuffers")],
    ["mapAsync", ...counted("readbacks")],
    ["GPU buffers", ...all.map(({ gpuBytes }) => `${Math.round(gpuBytes / 2 ** 20)} MiB`)],
    ["ids", "", ...peers.map(({ right }) => (right ? "right" : "WRONG"))],
  ];
  const text = rows.map(([name, ...cells]) => `| ${name} | ${cells.join(" | ")} |`);
  return [
    `${shape}, random weights, 4 bits, the same browser and adapter; (x) is the peer's time by pronk's`,
    "",
    text[0],
    `|${"---|".repeat(columns.length)}`,
    ...text.slice(1),
  ].join("\n");
}
