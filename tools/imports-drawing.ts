// A drawing of the rooms of src/ along a token's way, with the imports between them as arcs: what src/README.md says in words,
// taken from the code.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { root } from "../cli/built.ts";

/** In src/README.md's order. */
const rooms = ["source", "format", "quant", "store", "load", "gpu", "model", "text", "constrain", "generate", "api", "worker", "http", "endpoint", "prompt-api", "element", "bench", "eval"]; // prettier-ignore
/** Files at the top of src/ tie rooms together: they count as one room, and so do those open to all. */
const rootRoom = "index.ts, engine.ts …";
const shown = [...rooms.slice(0, 14), rootRoom, ...rooms.slice(14)];

/** How many import statements lead from one room to another: `from -> to`. */
export function countImports(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(join(root, "src", name), "utf8");
    for (const [, path] of text.matchAll(/(?:\bfrom|\bimport\()\s*"(\.[^"]+\.ts)"/g)) {
      const [from, to] = [roomOf(name), roomOf(normalize(join(dirname(name), path)))];
      if (from === undefined || to === undefined || from === to) continue;
      counts.set(`${from} -> ${to}`, (counts.get(`${from} -> ${to}`) ?? 0) + 1);
    }
  }
  return counts;
}

const open = ["errors", "json-bytes", "message-shape", "on-demand", "trusted-types", "versions", "waiting"];

function roomOf(path: string): string | undefined {
  const parts = path.split("/");
  if (parts.length > 1) return parts[0];
  return open.includes(parts[0].replace(/\.ts$/, "")) ? undefined : rootRoom;
}

const rowHeight = 34;
const left = 190;

/** SVG, in the text's own colour. */
export function importsDrawing(): string {
  const counts = countImports();
  const middle = (room: string) => (shown.indexOf(room) + 0.5) * rowHeight;
  const arcs = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([way, count]) => {
      const [from, to] = way.split(" -> ");
      const [y1, y2] = [middle(from), middle(to)];
      const reach = left + 16 + Math.abs(y1 - y2) * 0.75;
      const path = `M${left + 8} ${y1}C${reach} ${y1} ${reach} ${y2} ${left + 8} ${y2}`;
      const width = (0.6 + Math.sqrt(count) * 0.45).toFixed(1);
      return `<path d="${path}" fill="none" stroke="currentColor" stroke-opacity=".35" stroke-width="${width}"><title>${from} imports ${to}: ${count}</title></path>`;
    });
  const names = shown.map(
    (room) => `<text x="${left}" y="${middle(room) + 5}" text-anchor="end" fill="currentColor">${room}</text>`,
  );
  const size = `viewBox="0 0 640 ${shown.length * rowHeight}" width="640"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} style="max-width:100%;height:auto" font-family="inherit" font-size="15" role="img" aria-label="Imports between the folders of src">${[...names, ...arcs].join("")}</svg>`;
}
