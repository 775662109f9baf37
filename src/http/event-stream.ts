// Lines of text as a response's body: made as they are read, and no longer once the reader has left.

/** `first` has already been taken from `events`. `leave` is aborted when the reader cancels. */
export function eventStream(
  first: IteratorResult<string, unknown>,
  events: AsyncIterator<string, unknown>,
  leave: AbortController,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<string, unknown>> | undefined = Promise.resolve(first);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await (next ?? events.next());
        next = undefined;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel(reason) {
        leave.abort(reason);
        await events.return?.().catch(() => {}); // it ends with the abort, which nobody needs to hear of
      },
    },
    { highWaterMark: 0 }, // nothing is computed ahead of its reader
  );
}
