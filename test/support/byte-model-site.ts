// A page with the library, and a hub with the byte model beside it, for all tests of the file that calls this.

import { afterAll, beforeAll } from "vitest";
import { byteModelFiles } from "./byte-model.ts";
import { type HubServer, startHub } from "./hub-server.ts";
import { startStoreSite, type StoreSite } from "./store-page.ts";

/** The hub has the model as `owner/byte-model`. Both are there once the tests run. */
export function byteModelSite(): { site: StoreSite; hub: HubServer } {
  const now = {} as { site: StoreSite; hub: HubServer };
  beforeAll(async () => {
    now.site = await startStoreSite();
    now.hub = await startHub([["owner/byte-model", { files: byteModelFiles() }]]);
  });
  afterAll(async () => {
    await now.site.server.close();
    await now.hub.close();
  });
  return now;
}
