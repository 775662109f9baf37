// The benchmark's page. The command line drives the same page through `pronkBench`.

import { runBench } from "../src/bench/index.ts";

Object.assign(globalThis, { pronkBench: runBench });
