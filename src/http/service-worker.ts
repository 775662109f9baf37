// For an application's service worker: answers `/v1/…` under its scope with the engine of a page that called serveFetch. It keeps
// nothing, since browsers end service workers at will: each request asks the open pages anew, and pages that serve are known
// by a lock that they hold. Without imports and exports, it works as a module, as part of one, and as a classic script.

{
  // What a service worker has; the page's own type library has none of it.
  interface WorkerScope {
    readonly registration: { readonly scope: string };
    readonly clients: {
      matchAll(options: object): Promise<readonly { postMessage(message: unknown, transfer: Transferable[]): void }[]>;
    };
    addEventListener(type: "fetch", listener: (event: FetchOfPage) => void): void;
  }
  interface FetchOfPage {
    readonly request: Request;
    respondWith(response: Promise<Response>): void;
    waitUntil(work: Promise<unknown>): void;
  }

  /** What a page says over the port that it was given. */
  type FromPage =
    | { kind: "here"; lock: string }
    | { kind: "head"; status: number; headers: [string, string][] }
    | { kind: "bytes"; bytes: Uint8Array<ArrayBuffer> }
    | { kind: "end" }
    | { kind: "failed"; message: string };

  const worker = globalThis as unknown as WorkerScope;
  const served = new URL("v1/", worker.registration.scope).href;

  worker.addEventListener("fetch", (event) => {
    if (!event.request.url.startsWith(served)) return;
    const over = new AbortController(); // the answer is whole, or nobody wants the rest
    event.waitUntil(new Promise<void>((resolve) => over.signal.addEventListener("abort", () => resolve())));
    event.respondWith(
      answer(event.request, over).catch((error: unknown) => {
        over.abort();
        throw error;
      }),
    );
  });

  const answer = async (request: Request, over: AbortController): Promise<Response> => {
    const { method, url, headers, signal } = request;
    signal.addEventListener("abort", () => over.abort(signal.reason));
    const body = method === "GET" || method === "HEAD" ? undefined : await request.arrayBuffer();
    const page = await servingPage(over.signal);
    if (!page) {
      over.abort();
      return withoutEngine();
    }
    const heard = new Messages(page.port);
    // A page that is gone no longer answers: tell whoever waits for it.
    void navigator.locks
      .request(page.lock, { signal: over.signal }, () => heard.fail("The page with the engine was closed."))
      .catch(() => {});
    over.signal.addEventListener("abort", () => page.port.postMessage({ kind: "cancel" }));
    page.port.postMessage({ kind: "request", method, url, headers: [...headers], body });
    const head = await heard.next();
    if (head.kind !== "head") {
      over.abort();
      return errorResponse(head.kind === "failed" ? head.message : "The page answered with what cannot be read.");
    }
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          page.port.postMessage({ kind: "pull" });
          const message = await heard.next();
          if (message.kind === "bytes") return controller.enqueue(message.bytes);
          over.abort();
          if (message.kind === "end") controller.close();
          else controller.error(new TypeError(message.kind === "failed" ? message.message : "unreadable"));
        },
        cancel: (reason) => over.abort(reason),
      },
      { highWaterMark: 0 }, // nothing is computed ahead of its reader
    );
    return new Response(stream, { status: head.status, headers: head.headers });
  };

  /** The first serving page to answer; undefined where there is none, or none is left. */
  const servingPage = async (signal: AbortSignal): Promise<{ port: MessagePort; lock: string } | undefined> => {
    const { held = [] } = await navigator.locks.query();
    const locks = held.map(({ name }) => name ?? "").filter((name) => name.startsWith("pronk:fetch:"));
    if (locks.length === 0) return undefined;
    const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    const found = new AbortController();
    const asked = AbortSignal.any([signal, found.signal]);
    try {
      return await new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        for (const page of pages) {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener("message", ({ data }: MessageEvent<FromPage>) => {
            if (data.kind === "here") resolve({ port: port1, lock: data.lock });
          });
          port1.start();
          page.postMessage({ kind: "pronk-fetch" }, [port2]);
        }
        const gone = locks.map((name) => navigator.locks.request(name, { signal: asked }, () => {}));
        Promise.all(gone).then(
          () => resolve(undefined),
          () => {},
        );
      });
    } finally {
      found.abort();
    }
  };

  /** A port's messages, in order, to be awaited one by one. */
  class Messages {
    readonly #waiting: FromPage[] = [];
    #wake = () => {};

    constructor(port: MessagePort) {
      port.addEventListener("message", ({ data }: MessageEvent<FromPage>) => {
        if (data.kind !== "here") this.#push(data);
      });
    }

    async next(): Promise<FromPage> {
      while (this.#waiting.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
      return this.#waiting.shift()!;
    }

    fail(message: string): void {
      this.#push({ kind: "failed", message });
    }

    #push(message: FromPage): void {
      this.#waiting.push(message);
      this.#wake();
    }
  }

  const withoutEngine = () =>
    errorResponse(
      "No page with an engine is open. Open the page that calls serveFetch, wait for its model, and try again.",
    );

  /** In OpenAI's form; clients repeat a 503 by themselves unless told not to. */
  const errorResponse = (message: string): Response =>
    Response.json(
      { error: { message, type: "server_error", param: null, code: "engine_missing" } },
      { status: 503, headers: { "x-should-retry": "false" } },
    );
}
