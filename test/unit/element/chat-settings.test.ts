// Settings of a conversation: what is read back, what a request and an engine get of them, and the presets.

import { expect, test } from "vitest";
import { readRunSettings } from "../../../src/api/sampling.ts";
import { samplingDefaults } from "../../../src/index.ts";
import {
  engineFields,
  isAllowed,
  numberFields,
  numberRules,
  presetNames,
  presetOf,
  readSettings,
  requestFields,
  withField,
  withPreset,
} from "../../../src/element/session/chat-settings.ts";

const core = { defaults: {}, generator: { vocabSize: 100 } };

const all = {
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  min_p: 0.05,
  repetition_penalty: 1.1,
  frequency_penalty: -1,
  presence_penalty: 2,
  max_tokens: 100,
  seed: 7,
  stop: ["###", "\n"],
  context_length: 2048,
  kv: "q8",
} as const;

test("what was kept comes back, and one wrong field loses nothing but itself", () => {
  expect(readSettings(JSON.parse(JSON.stringify(all)))).toEqual(all);
  for (const field of Object.keys(all)) {
    for (const wrong of [null, "x", NaN, -3, {}, [], [1], [""], 1e300]) {
      const { [field as "seed"]: _dropped, ...rest } = all;
      expect(readSettings({ ...all, [field]: wrong })).toEqual(rest);
    }
  }
  for (const nothing of [undefined, null, 3, "x", [], JSON.parse('{ "unknown": 1, "__proto__": { "seed": 1 } }')])
    expect(readSettings(nothing)).toEqual({});
});

test("the API takes every number that a field allows, and a request has those of the engine not", () => {
  for (const field of numberFields.filter((one) => one !== "context_length")) {
    const { min, max } = numberRules[field];
    for (const value of [min, max]) {
      expect(isAllowed(field, value)).toBe(true);
      expect(() => readRunSettings({ [field]: value }, core)).not.toThrow();
    }
    expect(isAllowed(field, min - 1)).toBe(false);
    expect(isAllowed(field, max + 1)).toBe(false);
  }
  const fields = requestFields(readSettings(all));
  expect(() => readRunSettings({ ...fields }, core)).not.toThrow();
  expect(fields).not.toHaveProperty("kv");
  expect(fields).not.toHaveProperty("context_length");
  expect(engineFields(readSettings(all))).toEqual({ contextLength: 2048, kv: "q8" });
  expect(engineFields({})).toEqual({});
});

test("a preset takes the place of the choices before it, and of nothing else", () => {
  const before = readSettings(all);
  for (const name of presetNames) {
    const after = withPreset(before, name);
    expect(presetOf(after)).toBe(name);
    expect(after).toMatchObject({ seed: 7, kv: "q8", repetition_penalty: 1.1 });
  }
  expect(presetOf(before)).toBeUndefined();
  expect(presetOf({})).toBe("own");
});

test("a field that is emptied is the model's own again", () => {
  expect(withField(withField({}, "seed", 3), "seed", undefined)).toEqual({});
});

test("the values that stand in empty fields are those that an empty request gets", () => {
  for (const published of [{}, { temperature: 0 }, { topK: 5, repetitionPenalty: 1.2 }, { minP: 0.1 }]) {
    const { sampling } = readRunSettings({}, { ...core, defaults: published });
    expect(sampling).toMatchObject(samplingDefaults(published));
  }
});
