// A page that nobody drives: it asks the command that opened it what to do, and sends back the result. So any installed
// browser will do, without a driver. Opened as `?orders=TOKEN`; the server's side is cli/browser/ordered-page.ts.

/** What may be ordered, by name. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

interface Order {
  id: number;
  name: string;
  argument: unknown;
}

export interface Failure {
  name: string;
  code?: string;
  message: string;
  facts?: Record<string, unknown>;
}

/** Ends when the command does. `post` sends something back while an order is carried out. */
export async function takeOrders(token: string, calls: Calls): Promise<void> {
  for (;;) {
    const response = await fetch(`/orders/${token}`);
    if (response.status === 204) continue; // nothing yet
    if (!response.ok) return;
    void carryOut(token, (await response.json()) as Order, calls);
  }
}

async function carryOut(token: string, { id, name, argument }: Order, calls: Calls): Promise<void> {
  let result: { value?: unknown; error?: Failure };
  try {
    result = { value: await calls[name](argument as never) };
  } catch (error) {
    result = { error: failureOf(error) };
  }
  await fetch(`/orders/${token}/${id}`, { method: "POST", body: JSON.stringify(result) });
}

/** As data. An error of the engine speaks for itself; anything else is a bug, and needs to be found. */
export function failureOf(caught: unknown): Failure {
  const { name, message, code, facts, stack } = caught as Failure & { stack?: string };
  return { name, code, message: code ? message : (stack ?? message), facts };
}
