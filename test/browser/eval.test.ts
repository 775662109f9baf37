// The evaluation's page as a person uses it, in both browsers: a text in two formats, paused, resumed after a reload, drawn;
// under the page's policy and without an accessibility finding. test/golden/eval.test.ts checks the numbers.

import { AxeBuilder } from "@axe-core/playwright";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "../../cli/browser/browser-page.ts";
import type { FileServer } from "../../cli/server/file-server.ts";
import { listenForTrouble, startSite } from "../e2e/chat-site.ts";
import { writeByteModel } from "../support/byte-model.ts";
import { browserKinds } from "../support/harness.ts";

const { parent, folder } = writeByteModel();
let server: FileServer;
beforeAll(async () => void (server = await startSite({ tiny: folder })));
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
    await click("#start");
    await until(`result.querySelector("tbody tr")`);
    if (kind === "chromium") {
      await open(); // it was running: it continues
      await until("!progress.hidden");
      await click("#pause");
      await untilText("#pause", "/^Go on$/");
      await open();
      await untilText("#pause", "/^Go on$/");
      expect(await tell("content.value")).toBe(text);
      expect(await tell(`document.querySelector("input[value=q8]").checked`)).toBe(false);
      await click("#pause");
    }
    const formats = kind === "chromium" ? ["safetensors", "q4"] : ["safetensors"];
    await until(`progress.hidden && result.querySelectorAll("tbody tr").length === ${formats.length}`);
    const table = await tell<string[][]>(
      "[...result.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );
    expect(table[0]).toEqual(expect.arrayContaining(["Weights", "GPU memory", "Perplexity"]));
    expect(table.slice(1).map(([format]) => format)).toEqual(formats);
    if (kind === "chromium") expect(Number(table[2][table[0].indexOf("KL divergence")])).toBeGreaterThan(0);
    expect(await tell("result.querySelectorAll('h2 + .legend + .plot path[class^=mark]').length")).toBe(formats.length);
    expect(await tell("result.querySelectorAll('.plot polyline').length")).toBe(formats.length);
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
