// The evaluation's page as a person uses it, in both browsers: a text in two formats and in another file of the same weights,
// paused, resumed after a reload, drawn; under the page's policy and without an accessibility finding. test/golden/eval.test.ts checks the numbers.

import { AxeBuilder } from "@axe-core/playwright";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { listenForTrouble, startSite } from "../e2e/chat-site.ts";
import { byteModelFiles, writeByteModel } from "../support/byte-model.ts";
import { ggufOfCheckpoint } from "../support/gguf-checkpoint.ts";
import { browserKinds } from "../support/harness.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
beforeAll(async () => {
  const published = join(parent, "published");
  mkdirSync(published);
  writeFileSync(join(published, "byte.gguf"), ggufOfCheckpoint(byteModelFiles()));
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    copyFileSync(join(folder, name), join(published, name));
  server = await startSite({ tiny: folder, folders: { "/published/": published } });
});
afterAll(async () => {
  await server?.close();
  rmSync(parent, { recursive: true });
});

test.each(browserKinds)("a measurement is paused, outlives a reload, and is drawn: %s", async (kind) => {
  const page = await launch(kind);
  const trouble = kind === "chromium" ? listenForTrouble(page) : [];
  const open = () => page.goto(`${server.origin}/eval.html`);
  const until = (condition: string) =>
    page.evaluate(`async () => { while (!(${condition})) await new Promise((done) => setTimeout(done, 10)); }`);
  const untilText = (selector: string, pattern: string) =>
    until(`${pattern}.test(document.querySelector("${selector}")?.textContent)`);
  const click = (selector: string) => page.evaluate(`() => document.querySelector("${selector}").click()`);
  const tell = <T>(expression: string) => page.evaluate<T>(`() => ${expression}`);
  try {
    await open();
    await until("/^The mill/.test(content.value)"); // elements stand by their ids
    await page.evaluate(`() => { by.value = "task"; by.dispatchEvent(new Event("change")); }`);
    await until("content.value.startsWith('{\"context\"')");
    const text = "Ida the llama lived in a green valley.";
    await page.evaluate(
      (words: string) =>
        Object.assign(document.querySelector("#by")!, { value: "text" }) &&
        Object.assign(document.querySelector("#content")!, { value: words }),
      text,
    );
    await click("input[value=q8]");
    if (kind === "firefox") await click("input[value=q4]");
    else await page.evaluate(`() => void (others.value = "/published/byte.gguf\\n")`);
    await click("#start");
    await until(`result.querySelector("tbody tr")`);
    if (kind === "chromium") {
      await open(); // it was running: it continues
      await until("!progress.hidden");
      await click("#pause");
      await untilText("#pause", "/^Go on$/");
      await open();
      await untilText("#pause", "/^Go on$/");
      expect(await tell("others.value")).toBe("/published/byte.gguf");
      expect(await tell("content.value")).toBe(text);
      expect(await tell(`document.querySelector("input[value=q8]").checked`)).toBe(false);
      await click("#pause");
    }
    const rows =
      kind === "chromium" ? ["tiny as in the file", "tiny q4", "byte.gguf as in the file"] : ["as in the file"];
    await until(`progress.hidden && result.querySelectorAll("tbody tr").length === ${rows.length}`);
    const [head, ...table] = await tell<string[][]>(
      "[...result.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );
    expect(head).toEqual(expect.arrayContaining(["Weights", "GPU memory", "Perplexity"]));
    expect(table.map((cells) => cells.slice(0, head.indexOf("GPU memory")).join(" "))).toEqual(rows);
    if (kind === "chromium") {
      const [none, q4, gguf] = table.map((cells) => cells[head.indexOf("KL divergence")]);
      expect(none).toBe("");
      const errors = table.map((cells) => cells[head.indexOf("Error of the weights")]);
      expect(errors).toEqual(["", expect.stringMatching(/^[1-9][.\d]*%$/), "0%"]);
      expect(Number(q4)).toBeGreaterThan(0.001);
      expect(Number(gguf)).toBeLessThan(0.0001); // the same numbers; only its cache is f16
    }
    const marks = await tell<number[]>(
      "[...result.querySelectorAll('.plots .plot')].map((plot) => plot.querySelectorAll('path[class^=mark]').length)",
    );
    expect(marks).toEqual(kind === "chromium" ? [3, 3, 2, 2] : [1, 1]); // by size and by speed; the reference has no KL
    expect(await tell("result.querySelectorAll('.plot polyline').length")).toBe(rows.length);
    await click("#card summary");
    await until(`card.querySelectorAll("table").length === 3`);
    expect(
      await tell("[...card.querySelectorAll('tr')].find((row) => /70B/.test(row.textContent)).cells[7].textContent"),
    ).toBe("68.9");
    const { playwright } = page;
    if (!playwright) return;
    for (const width of [320, 1280]) {
      await playwright.setViewportSize({ width, height: 800 });
      expect(await tell<number>("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await playwright.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page: playwright }).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
    expect(trouble).toEqual([]);
  } finally {
    await page.close();
  }
});
