// What is needed to read one file from a server.

import type { Gate } from "./gate.ts";
import type { RequestSubject } from "./http-errors.ts";
import type { Lanes } from "./lanes.ts";
import type { Patience } from "./retry.ts";

export interface RemoteFileOptions {
  subject: RequestSubject;
  sizeBytes: number;
  token?: string;
  patience: Patience;
  lanes: Lanes;
  gate?: Gate;
}
