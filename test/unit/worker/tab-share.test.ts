// Tabs without a shared worker, on the leader's path: real channels, locks made here, fake engines.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { assembleEngine } from "../../../src/api/assemble.ts";
import type { RecoveryEvent } from "../../../src/api/renewal.ts";
import type { EngineInfo } from "../../../src/api/surface.ts";
import { PronkError } from "../../../src/errors.ts";
import { joinTabs, type StartHere } from "../../../src/worker/tab-share.ts";
import { eventually } from "../../support/eventually.ts";
import { fakeCore, fakeGenerator } from "../../support/fake-core.ts";
import { fakeLocks } from "../../support/fake-locks.ts";

beforeEach(() => vi.stubGlobal("navigator", { locks: fakeLocks() }));
afterEach(() => vi.unstubAllGlobals());

/** What one tab is told, and the engines that it starts. */
async function openTab(key: string) {
  const told: RecoveryEvent[] = [];
  const started: Parameters<StartHere>[0][] = [];
  const startHere: StartHere = async (options) => {
    started.push(options);
    const end = new AbortController();
    const generator = fakeGenerator(() => "Springböckchen", { stepMs: 1 });
    const info = { model: "owner/model", source: "fake", adapter: { vendor: "fake" } } as EngineInfo;
    const core = fakeCore(generator, { ended: end.signal });
    return assembleEngine({ core, info, variants: () => ({}) as never, end, dispose: async () => {} });
  };
  const onRecovery = (event: RecoveryEvent) => void told.push(event);
  const engine = await joinTabs(key, "owner/model", { onRecovery }, startHere);
  return { engine, started, told, states: () => told.map(({ state }) => state) };
}

test("each tab is told once when the leader's GPU is lost, and the follower again when the leader leaves", async () => {
  const leader = await openTab("told");
  const follower = await openTab("told");
  expect([leader.started.length, follower.started.length]).toEqual([1, 0]);

  const tell = leader.started[0].onRecovery!;
  const lost = new PronkError("device-lost", "The GPU device was lost.");
  tell({ state: "recovering", code: lost.code, message: lost.message });
  tell({ state: "recovered", attempts: 1, waitedMs: 3 });
  for (const tab of [leader, follower])
    await eventually(() => expect(tab.states()).toEqual(["recovering", "recovered"]));
  expect(leader.told).toEqual(follower.told);

  await leader.engine.unload();
  await eventually(() => expect(follower.states()).toEqual(["recovering", "recovered", "recovering", "recovered"]));
  expect(follower.told[2]).toMatchObject({ code: "leader-closed" });
  expect(leader.told.length).toBe(2);
  // It leads now, from where the last one stood.
  expect(follower.started).toMatchObject([{ predecessor: { like: { model: "owner/model" } } }]);
  expect((await follower.engine.completions.create({ prompt: "x" })).choices[0].text).toBe("Springböckchen");
  await follower.engine.unload();
});
