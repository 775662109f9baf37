// Orders for a page that nobody drives, over the real file server, with the page's part played here: results of calls come
// back, failures too, an answer's pieces are taken one by one, and nobody without the token is heard.

import { afterAll, expect, test } from "vitest";
import { Orders } from "../../../cli/browser/ordered-page.ts";
import { startFileServer } from "../../../cli/server/file-server.ts";

const lines: string[] = [];
const orders = new Orders((line) => void lines.push(line));
const server = await startFileServer({
  mounts: [],
  answer: (request, response) => orders.take(request, response),
});
afterAll(() => server.close());
const at = `${server.origin}/orders/${orders.token}`;

interface Order {
  id: number;
  name: string;
  argument: unknown;
}
const nextOrder = async () => (await (await fetch(at)).json()) as Order;
const say = (path: string, body: unknown) => fetch(`${at}${path}`, { method: "POST", body: JSON.stringify(body) });

test("a call waits for the page, and gets what it sends, or its failure", async () => {
  const called = orders.call("add", [1, 2]);
  const order = await nextOrder();
  expect(order).toMatchObject({ name: "add", argument: [1, 2] });
  await say(`/${order.id}`, { value: 3 });
  expect(await called).toBe(3);

  const asking = nextOrder(); // the page asks first
  const failing = expect(orders.call("fail", "x")).rejects.toMatchObject({
    name: "PronkError",
    code: "bad-request",
    facts: { field: "a" },
  });
  const { id } = await asking;
  await say(`/${id}`, { error: { name: "PronkError", code: "bad-request", message: "no", facts: { field: "a" } } });
  await failing;
});

test("a page that asks again gets the order, the older question nothing", async () => {
  const [older, newer] = [fetch(at), (await new Promise((done) => setTimeout(done, 20)), fetch(at))];
  expect((await older).status).toBe(204);
  const called = orders.call("go", null);
  const { id } = (await (await newer).json()) as Order;
  await say(`/${id}`, {});
  expect(await called).toBeUndefined();
});

test("pieces of an answer are taken until nobody wants more; lines are told", async () => {
  const taken: unknown[] = [];
  const forget = orders.onAnswer(7, async (piece) => taken.push(piece) < 2);
  expect((await say("/answer/7", { text: "a" })).status).toBe(200);
  expect((await say("/answer/7", { text: "b" })).status).toBe(410);
  forget();
  expect((await say("/answer/7", { text: "c" })).status).toBe(410);
  expect(taken).toEqual([{ text: "a" }, { text: "b" }]);
  await fetch(`${at}/line`, { method: "POST", body: "fetching" });
  expect(lines).toEqual(["fetching"]);
});

test("without the token nothing is answered", async () => {
  const elsewhere = `${server.origin}/orders/${crypto.randomUUID()}`;
  expect((await fetch(elsewhere)).status).toBe(403);
  expect((await fetch(`${elsewhere}/line`, { method: "POST", body: "x" })).status).toBe(403);
  expect(lines).not.toContain("x");
});
