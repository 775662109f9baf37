// Picked files and folders, and what may be written as a reference.

import { describe, expect, test } from "vitest";
import { openSource } from "../../../src/source/open-source.ts";
import { canonicalReference, parseReference } from "../../../src/source/reference.ts";
import type { ModelReference } from "../../../src/source/source.ts";
import { rejection } from "../../support/rejection.ts";

function file(path: string, text: string, lastModified = 1): File {
  const made = new File([text], path.split("/").at(-1)!, { lastModified });
  if (path.includes("/")) Object.defineProperty(made, "webkitRelativePath", { value: path });
  return made;
}

test("a folder by webkitRelativePath: the one with config.json, without its name", async () => {
  const source = await openSource([
    file("models/llama/config.json", "{}"),
    file("models/llama/model.safetensors", "weights"),
    file("models/other/model.safetensors", "x"),
  ]);
  expect(source).toMatchObject({ label: "llama", remote: false });
  expect(source.files).toEqual([
    { path: "config.json", sizeBytes: 2 },
    { path: "model.safetensors", sizeBytes: 7 },
  ]);
  expect(new TextDecoder().decode(await source.read("model.safetensors", 2, 5))).toBe("igh");
});

test("single files; the identity follows names, sizes and dates", async () => {
  const id = async (...files: File[]) => (await openSource(files)).id;
  const bin = () => file("stories.bin", "weights");
  expect(await id(bin())).toBe(await id(bin()));
  expect((await openSource([bin()])).label).toBe("stories.bin");
  const others = [
    await id(file("stories.bin", "weights", 2)),
    await id(file("stories.bin", "weight")),
    await id(file("tales.bin", "weights")),
  ];
  expect(new Set([await id(bin()), ...others]).size).toBe(4);
});

test("a directory handle, without its subfolders", async () => {
  const entries: [string, unknown][] = [
    ["original", { kind: "directory" }],
    ["config.json", { kind: "file", getFile: async () => file("config.json", "{ }") }],
  ];
  const handle = { kind: "directory", name: "my model", entries: async function* () { yield* entries; } }; // prettier-ignore
  const source = await openSource(handle as unknown as FileSystemDirectoryHandle);
  expect(source).toMatchObject({ label: "my model", files: [{ path: "config.json", sizeBytes: 3 }] });
});

test("a file that cannot be read any more", async () => {
  const gone = file("config.json", "{}");
  Object.defineProperty(gone, "slice", {
    value: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }),
  });
  const source = await openSource([gone]);
  const error = await rejection(source.read("config.json", 0, 2));
  expect(error).toMatchObject({ code: "integrity", facts: { file: "config.json" } });
  expect(error.message).toContain("pick it again");
});

test.each([[[]], [42], [null], [{ kind: "file" }]])("%j is no model", async (reference) => {
  expect(await rejection(openSource(reference as unknown as ModelReference))).toMatchObject({ code: "bad-request" });
});

describe("references", () => {
  const page = "https://app.example/chat/index.html";
  test.each([
    ["owner/name", { kind: "hub", owner: "owner", name: "name" }, "owner/name"],
    [
      " owner/na.me-7b@refs/pr/1 ",
      { kind: "hub", owner: "owner", name: "na.me-7b", revision: "refs/pr/1" },
      "owner/na.me-7b@refs/pr/1",
    ],
    [
      "owner/name/sub/folder",
      { kind: "hub", owner: "owner", name: "name", path: "sub/folder" },
      "owner/name/sub/folder",
    ],
    [
      "owner/name@v1.0/part.safetensors",
      { kind: "hub", owner: "owner", name: "name", revision: "v1.0", path: "part.safetensors" },
      "owner/name@v1.0/part.safetensors",
    ],
    [
      "https://huggingface.co/owner/name/blob/main/sub/a%20b.gguf",
      { kind: "hub", owner: "owner", name: "name", revision: "main", path: "sub/a b.gguf" },
      "owner/name@main/sub/a b.gguf",
    ],
    ["https://huggingface.co/owner/name", { kind: "hub", owner: "owner", name: "name" }, "owner/name"],
    [
      "https://huggingface.co/owner/name/tree/v1.0",
      { kind: "hub", owner: "owner", name: "name", revision: "v1.0" },
      "owner/name@v1.0",
    ],
    ["https://host/models/x", { kind: "folder-url", url: "https://host/models/x/" }, "https://host/models/x/"],
    [
      "https://host/models/x/config.json?v=1#top",
      { kind: "folder-url", url: "https://host/models/x/?v=1" },
      "https://host/models/x/?v=1",
    ],
    ["huggingface.co/owner/name", { kind: "hub", owner: "owner", name: "name" }, "owner/name"],
    ["https://hf.co/owner/name/", { kind: "hub", owner: "owner", name: "name" }, "owner/name"],
    ["http://www.huggingface.co/owner/name/discussions/3", { kind: "hub", owner: "owner", name: "name" }, "owner/name"],
    [
      "hf.co/owner/name@v1/x.gguf",
      { kind: "hub", owner: "owner", name: "name", revision: "v1", path: "x.gguf" },
      "owner/name@v1/x.gguf",
    ],
    ["owner/name/tree/main", { kind: "hub", owner: "owner", name: "name", revision: "main" }, "owner/name@main"],
    [
      "hf.co/owner/name/resolve/refs%2Fpr%2F1/model.Q4_K_M.gguf?download=true",
      { kind: "hub", owner: "owner", name: "name", revision: "refs/pr/1", path: "model.Q4_K_M.gguf" },
      "owner/name@refs/pr/1/model.Q4_K_M.gguf",
    ],
    [
      "huggingface.co/owner/name/tree/main/sub/folder",
      { kind: "hub", owner: "owner", name: "name", revision: "main", path: "sub/folder" },
      "owner/name@main/sub/folder",
    ],
    [
      "https://host/a/m.gguf?v=2&X-Amz-Signature=abc&X-Amz-Expires=60",
      { kind: "file-url", url: "https://host/a/m.gguf?v=2&X-Amz-Signature=abc&X-Amz-Expires=60" },
      "https://host/a/m.gguf?v=2",
    ],
    [
      "https://host/a/?sv=1&se=2&sp=r&sig=abc",
      { kind: "folder-url", url: "https://host/a/?sv=1&se=2&sp=r&sig=abc" },
      "https://host/a/",
    ],
    ["https://host/a/?token=abc", { kind: "folder-url", url: "https://host/a/?token=abc" }, "https://host/a/"],
    [
      "./models/tiny",
      { kind: "folder-url", url: "https://app.example/chat/models/tiny/" },
      "https://app.example/chat/models/tiny/",
    ],
    [
      "models/tiny/",
      { kind: "folder-url", url: "https://app.example/chat/models/tiny/" },
      "https://app.example/chat/models/tiny/",
    ],
    ["/stories.bin", { kind: "file-url", url: "https://app.example/stories.bin" }, "https://app.example/stories.bin"],
  ])("%s", (text, parsed, canonical) => {
    expect(parseReference(text, page)).toEqual(parsed);
    expect(canonicalReference(parseReference(text, page))).toBe(canonical);
  });

  test.each([
    "https://huggingface.co/datasets/a/b",
    "hf.co/owner",
    "hf.co/owner/name:Q4_K_M", // as for Ollama
    "hf.co/../x",
    "",
    "llama",
    "a/b/../c",
    "a/b//c",
    "ftp://host/x",
    "owner/name@",
    "file:///etc/passwd",
  ])("%j is refused", async (text) => {
    expect(await rejection(() => parseReference(text, page))).toMatchObject({
      code: "bad-request",
      facts: { field: "model" },
    });
  });

  test("an address relative to a page means nothing without one", async () => {
    expect(await rejection(() => parseReference("./models/tiny"))).toMatchObject({ code: "bad-request" });
  });
});
