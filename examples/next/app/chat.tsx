"use client";

// The element in Next.js: the server renders the tag, which needs no DOM there; the browser brings it to life.

import "pronk/react";

export function Chat({ model }: { model: string }) {
  return <pronk-chat model={model} autoload />;
}
