// Which addresses from a model become links: http, https and mailto, nothing else however it is written.

import { expect, test } from "vitest";
import { safeLink } from "../../../src/element/markdown/safe-link.ts";

test.each([
  ["https://www.w3.org/TR/webgpu/", "https://www.w3.org/TR/webgpu/"],
  ["HTTP://example.org", "http://example.org/"],
  [" mailto:somebody@example.org ", "mailto:somebody@example.org"],
])("%s is a link", (value, address) => expect(safeLink(value)).toBe(address));

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox",
  "blob:https://example.org/1",
  "file:///etc/passwd",
  "//example.org/protocol-relative",
  "/relative",
  "relative",
  "https:example.org",
  "https://",
  "",
])("%j is no link", (value) => expect(safeLink(value)).toBeUndefined());
