// Which modules of src/ share a file of the build: `core` is what a page and its worker both load, `engine` what the worker
// loads besides, `page` what a page does, `words` what the element says, which a server may import, `chat` what it begins with
// besides. Each part loaded on demand is a file of its own that statically imports only those: so if one does not arrive,
// nothing else is missing, and it can be fetched again (src/on-demand.ts).

import { fileURLToPath } from "node:url";

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[]; dynamicallyImportedIds: readonly string[] } | null;
}

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const page = source("index.ts");
const workers = [source("worker/host.ts"), source("worker/shared-host.ts")];
const hashing = source("source/hash-worker.ts"); // a small worker that needs little
const engine = source("engine.ts"); // the page's too, where workers have no WebGPU
const element = source("element/index.ts");
const server = source("element/server.ts"); // has no DOM, and can't have what extends HTMLElement
const entries = new Set([page, ...workers, hashing, element, server]);

const rooms = ["hash", "core", "engine", "page", "words", "chat"] as const; // each may take what the next ones use
type Rooms = ReadonlyMap<string, (typeof rooms)[number]>;

function placeModules(graph: Graph): Rooms {
  const reach = (roots: readonly string[]): Set<string> => {
    const reached = new Set<string>();
    const visit = (id: string) => {
      if (reached.has(id)) return;
      reached.add(id);
      graph.getModuleInfo(id)?.importedIds.forEach(visit);
    };
    roots.forEach(visit);
    return reached;
  };
  const onPage = reach([page]);
  const inWorker = reach(workers);
  const inHashing = reach([hashing]);
  const partsFrom = (from: Iterable<string>): Set<string> => {
    const parts = new Set<string>();
    const seek = (id: string) => {
      for (const part of graph.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
        if (part !== engine && !entries.has(part) && !parts.has(part)) {
          parts.add(part);
          reach([part]).forEach(seek);
        }
    };
    for (const id of from) seek(id);
    return parts;
  };
  const pageParts = partsFrom(onPage);
  const parts = partsFrom([...onPage, ...inWorker]);
  const inPageParts = reach([...pageParts]);
  const inParts = new Map<string, number>(); // of how many
  for (const part of parts) for (const id of reach([part])) inParts.set(id, (inParts.get(id) ?? 0) + 1);

  const places = new Map<string, (typeof rooms)[number]>();
  for (const id of new Set([...onPage, ...inWorker, ...inParts.keys()])) {
    const [worker, count] = [inWorker.has(id), inParts.get(id) ?? 0];
    if (entries.has(id) || parts.has(id)) continue;
    if (inHashing.has(id)) places.set(id, "hash");
    else if (onPage.has(id) && (worker || count > 0)) places.set(id, "core");
    else if (!onPage.has(id) && (worker || count > 1))
      places.set(id, count > 0 && inPageParts.has(id) ? "core" : "engine");
  }
  const onServer = reach([server]);
  for (const id of reach([element]))
    if (id === page) places.set(id, "page");
    else if (!places.has(id) && !entries.has(id) && !parts.has(id))
      places.set(id, onPage.has(id) ? "page" : onServer.has(id) ? "words" : "chat");
  return places;
}

/** For rolldown's `output.codeSplitting`; one for each build. */
export function chunkGroups() {
  let places: Rooms | undefined;
  return {
    groups: rooms.map((name, index) => ({
      name: (id: string, graph: Graph) => ((places ??= placeModules(graph)).get(id) === name ? name : null),
      debugName: name,
      priority: rooms.length - index,
    })),
  };
}
