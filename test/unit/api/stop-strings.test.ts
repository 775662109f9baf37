import { describe, expect, test } from "vitest";
import { StopStrings } from "../../../src/api/stop-strings.ts";

/** What is delivered of a text that arrives in the given pieces. */
function deliver(stops: string[], pieces: string[]): { text: string; found: boolean } {
  const matcher = new StopStrings(stops);
  let text = "";
  for (const piece of pieces) {
    text += matcher.push(piece);
    if (matcher.found) return { text, found: true };
  }
  return { text: text + matcher.flush(), found: false };
}

/** Every way to cut a short text into pieces. */
function cuts(text: string): string[][] {
  const all: string[][] = [];
  for (let mask = 0; mask < 1 << (text.length - 1); mask++) {
    const pieces = [text[0]];
    for (let at = 1; at < text.length; at++) {
      if (mask & (1 << (at - 1))) pieces.push(text[at]);
      else pieces[pieces.length - 1] += text[at];
    }
    all.push(pieces);
  }
  return all;
}

describe("StopStrings", () => {
  test.each([
    { stops: ["END"], text: "abENENDcd", expected: "abEN", found: true },
    { stops: ["aab"], text: "aaaab", expected: "aa", found: true },
    { stops: ["abcd", "bc"], text: "xabcd", expected: "xa", found: true },
    { stops: ["cd", "abcd"], text: "xabcde", expected: "x", found: true },
    { stops: ["\n\n", "User:"], text: "Hi\nUser", expected: "Hi\nUser", found: false },
    { stops: ["abab"], text: "abaabab", expected: "aba", found: true },
    { stops: [], text: "plain", expected: "plain", found: false },
  ])("$stops in $text, wherever the pieces break", ({ stops, text, expected, found }) => {
    for (const pieces of cuts(text))
      expect(deliver(stops, pieces), pieces.join("·")).toEqual({ text: expected, found });
  });

  test("holds back only what may begin a stop string", () => {
    const matcher = new StopStrings(["</done>", "STOP"]);
    expect(matcher.push("one <")).toBe("one ");
    expect(matcher.push("/d")).toBe("");
    expect(matcher.push("ay> S")).toBe("</day> ");
    expect(matcher.flush()).toBe("S");
    expect(matcher.flush()).toBe("");
  });

  test("delivers nothing after the stop string", () => {
    const matcher = new StopStrings(["x"]);
    expect(matcher.push("axb")).toBe("a");
    expect(matcher.push("more")).toBe("");
    expect(matcher.flush()).toBe("");
  });
});
