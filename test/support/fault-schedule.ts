// Random faults of a hub and its storage for one load: a few, each on some requests of some file, most of them passing
// after a while. Bits are only flipped where the hub publishes a hash that reveals it; without one nothing could.

import { pick, wholeBelow } from "../long/proof.ts";
import type { HubFault } from "./hub-body.ts";

type Random = () => number;

const onAnyAnswer = ["status", "stall", "stall-body", "break", "truncate", "drip", "wrong-length"] as const;
const onStorage = [...onAnyAnswer, "expire", "no-range", "gzip", "redirect"] as const;
const otherBytes = ["wrong-bytes", "etag"] as const; // what a loader may fail to notice

/** `hashed`: the paths of files that storage serves. */
export function randomFaults(random: Random, hashed: readonly string[]): HubFault[] {
  return Array.from({ length: 1 + wholeBelow(random, 4) }, () => randomFault(random, hashed));
}

function randomFault(random: Random, hashed: readonly string[]): HubFault {
  if (random() < 0.3) return randomOtherBytes(random, hashed);
  // Its origin and path: mostly weights, since they are most of a load.
  const path =
    random() < 0.75
      ? `storage:/${random() < 0.3 ? "" : pick(random, hashed)}`
      : pick(random, ["hub:/", "hub:/api/models", "/resolve/"]);
  const kind = pick<HubFault["kind"]>(random, path.startsWith("storage:") ? onStorage : onAnyAnswer);
  const bytes = pick(random, [0, 1, 100, 5000, 100_000, 3_000_000, 12_000_000]);
  // A few bytes at every try are progress, and the loader would wait as long as they come.
  const mayLast = !/break|truncate|stall/.test(kind);
  return {
    path,
    kind,
    after: wholeBelow(random, 5),
    ...(mayLast && random() < 0.2 ? {} : { times: 1 + wholeBelow(random, 6) }),
    ...(kind === "status" ? { status: pick(random, [429, 429, 500, 502, 503]), retryAfter: retryAfter(random) } : {}),
    ...(random() < 0.8 ? { afterBytes: wholeBelow(random, bytes + 1) } : {}),
  };
}

/** Mostly behind the header, which takes two requests: there only the file's hash can tell. */
function randomOtherBytes(random: Random, hashed: readonly string[]): HubFault {
  const after = pick(random, [0, 1, 2, 2, 2, 3]);
  return {
    path: `storage:/${pick(random, hashed)}`,
    kind: pick(random, otherBytes),
    after,
    times: 1 + wholeBelow(random, 3),
  };
}

/** Mostly short; some ask for an hour, which is for a person to decide. */
function retryAfter(random: Random): string {
  return pick(random, ["0.02", "0.1", "", "soon", new Date().toUTCString(), "3600"]);
}
