// HTML with its scripts and styles, each read by its own language's parser until the closing tag, wherever that stands:
// even in a string or a comment of the script, as in browsers.

import { css } from "@codemirror/legacy-modes/mode/css";
import { javascript } from "@codemirror/legacy-modes/mode/javascript";
import { html } from "@codemirror/legacy-modes/mode/xml";
import type { StreamParser, StringStream } from "@codemirror/streamparser";
import { copyOf, started } from "./code-state.ts";

interface PageState {
  html: unknown;
  /** `<` or `</`, and the name of the tag that is being read. */
  bracket: string;
  tag: string;
  inner: { parser: StreamParser<unknown>; state: unknown; end: RegExp } | undefined;
}

const within: Record<string, StreamParser<unknown>> = { script: javascript, style: css };

export const htmlPage: StreamParser<PageState> = {
  name: "html",
  startState: () => ({ html: started(html), bracket: "", tag: "", inner: undefined }),
  copyState: ({ html: state, inner, ...rest }) => ({
    ...rest,
    html: copyOf(html, state),
    inner: inner && { ...inner, state: copyOf(inner.parser, inner.state) },
  }),
  token(stream, state) {
    if (state.inner && stream.match(state.inner.end, false)) state.inner = undefined;
    return state.inner ? innerToken(stream, state.inner) : htmlToken(stream, state);
  },
};

function innerToken(stream: StringStream, { parser, state, end }: NonNullable<PageState["inner"]>): string | null {
  const style = parser.token(stream, state);
  const found = stream.current().search(new RegExp(end.source.slice(1), "i"));
  if (found > 0) stream.backUp(stream.current().length - found);
  return style;
}

function htmlToken(stream: StringStream, state: PageState): string | null {
  const style = html.token(stream, state.html);
  const token = stream.current();
  if (/^<\/?$/.test(token)) state.bracket = token;
  else if (/\btag\b/.test(style ?? "")) state.tag = token.toLowerCase();
  else if (token.endsWith(">")) {
    const parser =
      state.bracket === "<" && token === ">" && Object.hasOwn(within, state.tag) ? within[state.tag] : undefined;
    if (parser) state.inner = { parser, state: started(parser), end: new RegExp(`^</${state.tag}\\b`, "i") };
    state.bracket = "";
  }
  return style;
}
