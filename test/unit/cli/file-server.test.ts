// The loopback server answers as HTTP says: ranges, HEAD, ETag, and nothing outside its folders.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FileServer, startFileServer } from "../../../cli/server/file-server.ts";

const folder = mkdtempSync(join(tmpdir(), "pronk-server-"));
let server: FileServer;

beforeAll(async () => {
  mkdirSync(join(folder, "app"));
  writeFileSync(join(folder, "app/index.html"), "<p>page");
  writeFileSync(join(folder, "ten.bin"), "0123456789");
  writeFileSync(join(folder, "secret"), "secret");
  server = await startFileServer({
    mounts: [
      { prefix: "/app/", path: join(folder, "app") },
      { prefix: "/model/ten.bin", path: join(folder, "ten.bin") },
    ],
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(server.origin + path, { headers, method });

test("a folder's index is a page with the strict policy, never cached", async () => {
  const answer = await get("/app/");
  expect(await answer.text()).toBe("<p>page");
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("content-security-policy")).toBe(
    "default-src 'self'; connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co; " +
      "object-src 'none'; base-uri 'none'",
  );
});

test.each([
  ["bytes=2-4", 206, "234", "bytes 2-4/10"],
  ["bytes=7-", 206, "789", "bytes 7-9/10"],
  ["bytes=8-99", 206, "89", "bytes 8-9/10"],
  ["bytes=-3", 206, "789", "bytes 7-9/10"],
  ["bytes=10-", 416, "", "bytes */10"],
  ["bytes=0-1,4-5", 200, "0123456789", null],
])("range %s is answered with %i", async (range, status, body, contentRange) => {
  const answer = await get("/model/ten.bin", { range });
  expect(answer.status).toBe(status);
  expect(await answer.text()).toBe(body);
  expect(answer.headers.get("content-range")).toBe(contentRange);
});

test("HEAD, ETag and If-Range", async () => {
  const head = await get("/model/ten.bin", {}, "HEAD");
  expect(head.headers.get("content-length")).toBe("10");
  expect(head.headers.get("accept-ranges")).toBe("bytes");
  const etag = head.headers.get("etag") ?? "";
  expect((await get("/model/ten.bin", { "if-none-match": etag })).status).toBe(304);
  expect((await get("/model/ten.bin", { "if-range": etag, range: "bytes=0-0" })).status).toBe(206);
  expect((await get("/model/ten.bin", { "if-range": '"old"', range: "bytes=0-0" })).status).toBe(200);
  expect((await get("/model/ten.bin", {}, "POST")).status).toBe(405);
});

test.each(["/secret", "/app/../secret", "/app/%2e%2e/secret", "/app/..%2fsecret", "/app/%00", "/app/%zz", "/app/none"])(
  "%s is not found",
  async (path) => {
    // fetch would normalize the path before sending it
    const status = await new Promise((resolve, reject) => {
      request(server.origin, { path }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(404);
  },
);

test("every request is recorded", async () => {
  const before = server.requests.length;
  await get("/model/ten.bin", { range: "bytes=1-2" });
  expect(server.requests.slice(before)).toEqual([{ method: "GET", path: "/model/ten.bin", range: "bytes=1-2" }]);
});
