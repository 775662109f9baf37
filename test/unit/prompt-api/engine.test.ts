// The engine behind a `LanguageModel` that loads its own model: one for all its sessions, gone with the last.

import { expect, test, vi } from "vitest";
import { createEngine } from "../../../src/index.ts";
import { languageModel } from "../../../src/prompt-api/index.ts";
import { fakeEngine } from "../../support/fake-engine.ts";

vi.mock("../../../src/index.ts", async (original) => ({ ...(await original<object>()), createEngine: vi.fn() }));

test("a session made right after the last was destroyed has a new engine, loaded once the old one is gone", async () => {
  const told: string[] = [];
  vi.mocked(createEngine).mockImplementation(async () => {
    const number = told.filter((what) => what.startsWith("load")).length;
    told.push(`load ${number}`);
    const ended = new AbortController();
    const unload = async () => {
      await new Promise((done) => setTimeout(done, 5));
      told.push(`unloaded ${number}`);
      ended.abort();
    };
    return Object.assign(fakeEngine(() => `engine ${number}`).engine, { ended: ended.signal, unload }) as never;
  });
  const LanguageModel = languageModel("somebody/some-model");
  const [one, two] = await Promise.all([LanguageModel.create(), LanguageModel.create()]);
  one.destroy();
  expect(await two.prompt("a")).toBe("engine 0");
  two.destroy();
  const next = await LanguageModel.create();
  expect(await next.prompt("a")).toBe("engine 1");
  next.destroy();
  expect(told).toEqual(["load 0", "unloaded 0", "load 1"]);
});
