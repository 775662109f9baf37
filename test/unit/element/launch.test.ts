// How the installed app was started, from the address that its manifest makes.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readLaunch } from "../../../demo/launch.ts";

const manifest = JSON.parse(readFileSync(new URL("../../../public/manifest.webmanifest", import.meta.url), "utf8")) as {
  shortcuts: { url: string }[];
  share_target: { params: Record<string, string> };
};

test.each([
  ["", "", undefined],
  ["?new", "", "new"],
  ["?models=", "", "models"],
  ["?text=some+words", "some words", undefined],
  ["?title=A&text=B&url=https%3A%2F%2Fexample.org", "A\nB\nhttps://example.org", undefined],
  ["?title=Same&text=Same", "Same", undefined],
  ["?title=&text=see+https%3A%2F%2Fexample.org&url=https%3A%2F%2Fexample.org", "see https://example.org", undefined],
])("%s", (search, shared, wants) => expect(readLaunch(search)).toEqual({ shared, wants }));

test("the manifest says what is read", () => {
  const wants = manifest.shortcuts.map(({ url }) => readLaunch(new URL(url, "https://example.org/").search).wants);
  expect(wants).toEqual(["new", "models", undefined]);
  const shared = new URLSearchParams(Object.values(manifest.share_target.params).map((name) => [name, `${name}!`]));
  expect(readLaunch(`?${shared}`).shared).toBe("title!\ntext!\nurl!");
});
