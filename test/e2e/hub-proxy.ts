// A loopback hub and its storage under the origin of a site, whose policy lets the page connect there: `/hub/...` and
// `/storage/...`. The hub's own addresses in its answers are rewritten on the way.

import { request as send } from "node:http";
import type { FileServerOptions } from "../../cli/server/file-server.ts";
import type { HubServer } from "../support/hub-server.ts";

export function throughHub(hub: HubServer): NonNullable<FileServerOptions["answer"]> {
  const places = { "/hub": hub.url, "/storage": hub.storageUrl };
  return (request, response) => {
    const [prefix, origin] = Object.entries(places).find(([path]) => request.url?.startsWith(`${path}/`)) ?? [];
    if (!prefix || !origin) return false;
    const here = `http://${request.headers.host}`;
    const rewrite = (value: string) =>
      Object.entries(places).reduce((text, [path, from]) => text.replaceAll(from, here + path), value);
    const onward = send(new URL(origin + request.url!.slice(prefix.length)), {
      method: request.method,
      headers: { ...request.headers, host: new URL(origin).host },
    });
    onward.on("response", (answer) => {
      const headers = Object.entries(answer.headers).map(([name, value]) => [
        name,
        typeof value === "string" ? rewrite(value) : value,
      ]);
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
    return true;
  };
}
