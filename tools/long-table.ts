// The table of long proofs in a Markdown text: a new run's rows replace the same proofs' old ones.

export interface LongRun {
  name: string;
  /** How many of what, e.g. "500000 texts". */
  tried: string;
  seed: string;
  result: string;
  seconds: string;
  /** ISO, without a time. */
  date: string;
}

const head = "| proof | tried | seed | result | seconds | date |";
const rule = "| --- | --- | --- | --- | --- | --- |";

/** Everything outside the table stays as it is. Throws if there is no table. */
export function mergeRows(markdown: string, runs: readonly LongRun[]): string {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => cells(line).join() === cells(head).join());
  if (start < 0) throw new Error(`There is no table headed "${head}".`);
  let end = start + 2;
  while (lines[end]?.startsWith("|")) end++;
  const rows = new Map(lines.slice(start + 2, end).map((line) => [cells(line)[0], line]));
  for (const run of runs) {
    const { name, tried, seed, result, seconds, date } = run;
    rows.set(name, `| ${[name, tried, seed, result, seconds, date].join(" | ")} |`);
  }
  return [...lines.slice(0, start), head, rule, ...rows.values(), ...lines.slice(end)].join("\n");
}

function cells(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim()); // prettier-ignore
}
