// An address with a name and password in it: refused by name, however it is mistyped, and nothing in the error reveals the
// password.

import { expect, test, vi } from "vitest";
import { toErrorData, type PronkError } from "../../../src/errors.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { nameOfModel, parseReference } from "../../../src/source/reference.ts";
import { rejection } from "../../support/rejection.ts";

const secret = "Pw7Qz-XkWv93LmTr";
const page = "https://app.example/chat/index.html";

function expectNamed(error: PronkError, field: string): void {
  expect(error).toMatchObject({ name: "PronkError", code: "bad-request", facts: { field } });
  expect(error.message).toContain("a name or password in it");
  expect(JSON.stringify(toErrorData(error)) + error.stack).not.toContain(secret.slice(0, 4));
}

const addresses = [
  `https://user:${secret}@host.example/models/x/`,
  `http://:${secret}@host.example/m.gguf`,
  `https://${secret}@host.example/m.gguf?v=1`, // a token alone
  `https://user:${secret}@huggingface.co/owner/name`,
  `https://${secret}@huggingface.co/owner/name/tree/main`,
  `user:${secret}@huggingface.co/owner/name`,
  `user:${secret}@host.example/models/x/`,
  `//user:${secret}@host.example/x/`,
  `ftp://user:${secret}@host.example/x/`,
  // Not addresses to a browser.
  `https://user:${secret}@ho st.example/x`,
  `https://user:${secret}@host.example:99999/x`,
  `https://user:${secret}/1@host.example/x`,
  `https://user:${secret}?1@host.example/x`,
  `https://user:${secret}#1@host.example/x`,
];

test.each(addresses)("%s", async (address) => {
  for (const base of [page, undefined])
    expectNamed((await rejection(() => parseReference(address, base))) as PronkError, "model");
  expectNamed((await rejection(() => nameOfModel(address))) as PronkError, "model");
  expectNamed((await rejection(openSource(address))) as PronkError, "model");
});

test.each(addresses.filter((address) => /^(https?|ftp):/.test(address)))("as the hub's: %s", async (hubUrl) => {
  const fetched = vi.fn();
  vi.stubGlobal("fetch", fetched);
  try {
    expectNamed((await rejection(openSource("owner/name", { hubUrl }))) as PronkError, "hubUrl");
    expect(fetched).not.toHaveBeenCalled();
  } finally {
    vi.unstubAllGlobals();
  }
});

test.each(["https://host.example/a@b/x/", "https://host.example/x/?mail=a@b", "owner/name@v1"])("%s has none", (text) =>
  expect(parseReference(text, page)).toBeTruthy(),
);
