// Engines that many share by key, over fakes.

import { describe, expect, test, vi } from "vitest";
import { assembleEngine } from "../../../src/api/assemble.ts";
import type { EngineInfo, EngineOptions } from "../../../src/api/surface.ts";
import { PronkError } from "../../../src/errors.ts";
import { EngineShare } from "../../../src/worker/engine-share.ts";
import { countedSignal } from "../../support/counted-signal.ts";
import { fakeCore, fakeGenerator } from "../../support/fake-core.ts";

/** Makes engines and keeps what ends and what frees each. */
function maker() {
  const made: { end: AbortController; dispose: ReturnType<typeof vi.fn<() => Promise<void>>> }[] = [];
  const create = vi.fn(async () => {
    const parts = { end: new AbortController(), dispose: vi.fn(async () => {}) };
    made.push(parts);
    const core = fakeCore(
      fakeGenerator(() => "ok"),
      { ended: parts.end.signal },
    );
    return assembleEngine({ core, info: { model: `engine ${made.length}` } as EngineInfo, ...parts });
  });
  return { made, create };
}

describe("an engine used by many", () => {
  test("is made once and freed with its last user", async () => {
    const { made, create } = maker();
    const share = new EngineShare();
    const [one, two] = await Promise.all([share.acquire("key", {}, create), share.acquire("key", {}, create)]);
    await one.unload();
    expect([made.length, made[0].dispose.mock.calls.length]).toEqual([1, 0]);
    await two.unload();
    expect(made[0].dispose).toHaveBeenCalledOnce();
  });

  test("leaves nothing on a signal that outlives its loads; an abort ends the wait of its own user alone", async () => {
    const share = new EngineShare();
    const { create } = maker();
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    for (let load = 0; load < 3; load++) await (await share.acquire("key", { signal }, create)).unload();
    expect(listeners()).toBe(0);
    let begin = () => {};
    const slow = new Promise<void>((resolve) => (begin = resolve));
    const late = () => slow.then(create);
    const [stopped, other] = [share.acquire("slow", { signal }, late), share.acquire("slow", {}, late)];
    controller.abort(new Error("mine"));
    await expect(stopped).rejects.toThrow("mine");
    begin();
    expect((await other).ended.aborted).toBe(false);
    expect(listeners()).toBe(0);
  });

  test("that has ended is given to nobody else: the next one gets a new engine, the others their error", async () => {
    const { made, create } = maker();
    const share = new EngineShare();
    const [one, two] = await Promise.all([share.acquire("key", {}, create), share.acquire("key", {}, create)]);
    const lost = new PronkError("device-lost", "gone");
    made[0].end.abort(lost);
    const three = await share.acquire("key", {}, create);
    expect([made.length, three.info.model]).toEqual([2, "engine 2"]);
    for (const dead of [one, two]) await expect(dead.completions.create({ prompt: "x" })).rejects.toBe(lost);
    expect([one.ended.reason, two.ended.reason, three.ended.aborted]).toEqual([lost, lost, false]);
    // Unloading the dead one leaves the new one alone.
    await Promise.all([one.unload(), two.unload()]);
    expect([made[0], made[1]].map(({ dispose }) => dispose.mock.calls.length)).toEqual([1, 0]);
    expect((await three.completions.create({ prompt: "x" })).choices[0].text).toBe("ok");
  });

  test("tells each of its users that its GPU was lost and came back, and none that has left", async () => {
    const { create } = maker();
    const share = new EngineShare();
    let tell: EngineOptions["onRecovery"];
    const made = async ({ onRecovery }: Pick<EngineOptions, "onRecovery">) => ((tell = onRecovery), create());
    const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
    const one = await share.acquire("key", { onRecovery: first }, made);
    await share.acquire("key", { onRecovery: second }, made);
    await share.acquire("key", {}, made);
    await share.acquire("other", { onRecovery: third }, create);
    const event = { state: "recovered", attempts: 1, waitedMs: 1 } as const;
    tell!(event);
    await one.unload();
    tell!(event);
    expect([first, second, third].map(({ mock }) => mock.calls.length)).toEqual([1, 2, 0]);
  });

  test("that ended while it was made is not kept either", async () => {
    const { made, create } = maker();
    const share = new EngineShare();
    const dead = await share.acquire("key", {}, async () => {
      const engine = await create();
      made[0].end.abort(new PronkError("device-lost", "gone"));
      return engine;
    });
    expect(dead.ended.aborted).toBe(true);
    expect((await share.acquire("key", {}, create)).ended.aborted).toBe(false);
  });
});
