// The licence text as paragraphs, and that an acceptance is remembered per version with its date.

import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { paragraphsOf } from "../../../src/element/license-text.ts";
import { acceptanceOf, recordAcceptance } from "../../../src/element/session/license-acceptance.ts";
import { pageStorage } from "../../support/page-storage.ts";

const text = readFileSync(new URL("../../../LICENSE-LLAMA2.txt", import.meta.url), "utf8");

afterEach(() => void vi.unstubAllGlobals());

test("the file holds agreement and policy whole, with headings and depths", () => {
  const paragraphs = paragraphsOf(text);
  expect(paragraphs.filter(({ heading }) => heading).map(({ text: words }) => words)).toEqual([
    "LLAMA 2 COMMUNITY LICENSE AGREEMENT",
    "Llama 2 Acceptable Use Policy",
    "Prohibited Uses",
  ]);
  expect(paragraphs.filter(({ text: words }) => /^[1-7]\. /.test(words) && words.length > 0).length).toBeGreaterThan(7);
  expect(paragraphs.find(({ text: words }) => words.startsWith("iii. You must retain"))).toMatchObject({ depth: 2 });
  expect(paragraphs.find(({ text: words }) => words.startsWith("a. Grant of Rights"))).toMatchObject({ depth: 1 });
  expect(paragraphs.at(-1)?.text).toContain("LlamaUseReport@meta.com");
  expect(paragraphs.every(({ text: words }) => !/\s\s|\n/.test(words))).toBe(true);
});

test("NOTICE carries the attribution line the agreement demands", () => {
  const notice = readFileSync(new URL("../../../NOTICE", import.meta.url), "utf8");
  expect(notice).toContain(
    "Llama 2 is licensed under the LLAMA 2 Community License, Copyright (c) Meta Platforms, Inc. All Rights Reserved.",
  );
});

test("an acceptance holds for its version, with its date, across page loads", async () => {
  vi.stubGlobal("localStorage", pageStorage());
  expect(acceptanceOf("v1")).toBeUndefined();
  recordAcceptance("v1", new Date("2026-11-23T10:00:00Z"));
  expect(acceptanceOf("v2")).toBeUndefined();
  vi.resetModules(); // a new page: only storage remembers
  const fresh = await import("../../../src/element/session/license-acceptance.ts");
  expect(fresh.acceptanceOf("v1")).toEqual({ version: "v1", acceptedAt: "2026-11-23T10:00:00.000Z" });
});

test.each(["{", "null", '"yes"', '{"version":"v1"}', '{"version":"v2","acceptedAt":"2026-11-23"}'])(
  "a broken record %s is no acceptance",
  (stored) => {
    const storage = pageStorage();
    storage.setItem("pronk.license.v1", stored);
    vi.stubGlobal("localStorage", storage);
    expect(acceptanceOf("v1")).toBeUndefined();
  },
);

test("without storage the page itself remembers", () => {
  vi.stubGlobal("localStorage", undefined);
  recordAcceptance("v1");
  expect(acceptanceOf("v1")?.version).toBe("v1");
});
