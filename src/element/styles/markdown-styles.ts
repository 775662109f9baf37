// What an answer's Markdown looks like. Words break only where a single one is wider than the page; what is wider by
// nature, tables, formulas and code, scrolls in a frame of its own (code-styles.ts). Line breaks of the text are shown, as
// in a letter.

import { css } from "lit";

export const markdownStyles = css`
  .markdown {
    overflow-wrap: break-word;
    white-space: pre-line;
  }

  .markdown :is(p, ul, ol, blockquote) {
    margin-block: 0.7em;
  }

  .markdown :is(.code-block, .table-scroll, .formula-scroll) {
    margin-block: 0.9em;
  }

  .markdown :is(h2, h3, h4, h5, h6) {
    margin-block: 1.2em 0.4em;
    font-size: 1em;
    font-weight: 650;
    letter-spacing: normal;
    line-height: 1.35;
  }

  .markdown h2 {
    font-size: 1.25em;
  }

  .markdown h3 {
    font-size: 1.12em;
  }

  .markdown :is(h5, h6) {
    color: var(--_ink-soft);
  }

  .markdown :is(ul, ol) {
    padding-inline-start: 1.6em;
  }

  .markdown ol {
    padding-inline-start: 2em;
  }

  .markdown li {
    margin-block: 0.25em;
  }

  .markdown li > :is(ul, ol) {
    margin-block: 0.25em;
  }

  .markdown blockquote {
    margin-inline: 0;
    padding-inline-start: 1em;
    border-inline-start: 3px solid var(--_line);
    color: var(--_ink-soft);
  }

  /* However deep a model nests, some width is left for the words. */
  .markdown blockquote blockquote blockquote blockquote {
    padding-inline-start: 0.25em;
  }

  .markdown li li li li :is(ul, ol) {
    padding-inline-start: 0.9em;
  }

  .markdown :is(blockquote, li) > :first-child {
    margin-block-start: 0;
  }

  .markdown > :first-child {
    margin-block-start: 0;
  }

  .markdown :is(blockquote, li) > :last-child,
  .markdown > :last-child {
    margin-block-end: 0;
  }

  .markdown li > :is(.code-block, .table-scroll):last-child {
    margin-block-end: 0.6em;
  }

  .markdown hr {
    margin-block: 1.5em;
    border: 0;
    border-block-start: 1px solid var(--_line);
  }

  .markdown .task {
    list-style: none;
  }

  .markdown .task input {
    display: inline-grid;
    place-content: center;
    inline-size: 1.05em;
    block-size: 1.05em;
    overflow: hidden; /* its own lower edge is its baseline, ticked or not */
    margin-block: 0;
    margin-inline: -1.5em 0.2em;
    border: 1.5px solid var(--_ink-soft);
    border-radius: 0.25em;
    appearance: none;
    vertical-align: -0.14em;
  }

  .markdown .task input:checked {
    border-color: var(--_accent);
    background: var(--_accent);
  }

  .markdown .task input:checked::before {
    content: "✓";
    color: var(--_on-accent);
    font-size: 0.85em;
    font-weight: 700;
    line-height: 1;
  }

  @media (forced-colors: active) {
    .markdown .task input {
      appearance: auto;
    }
  }

  /* Letters that run the other way stay among themselves. */
  .markdown :is(a, code) {
    unicode-bidi: isolate;
  }

  .markdown code {
    padding: 0.1em 0.3em;
    border-radius: 0.35em;
    background: var(--_tint);
    font-family: var(--_mono);
    font-size: 0.9em;
    -webkit-box-decoration-break: clone;
    box-decoration-break: clone;
  }

  .markdown .math {
    font-style: italic;
  }

  .markdown p > .math:only-child {
    white-space: pre-wrap;
  }

  .markdown .as-written {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .markdown table {
    border-collapse: collapse;
    font-size: 0.95em;
  }

  .markdown :is(th, td) {
    padding: 0.4em 0.75em;
    border: 1px solid var(--_line);
    text-align: start;
    vertical-align: top;
  }

  .markdown .words {
    min-inline-size: 11rem;
  }

  .markdown th {
    background: var(--_tint);
    font-weight: 600;
  }

  .markdown [data-align="left"] {
    text-align: left;
  }

  .markdown [data-align="center"] {
    text-align: center;
  }

  .markdown [data-align="right"] {
    text-align: right;
  }

  .markdown sup {
    font-size: 0.75em;
    line-height: 0;
  }

  .note-mark,
  .note-back {
    padding: 0.1em 0.25em;
    border: 0;
    border-radius: 0.35em;
    background: none;
    color: var(--_accent);
    font: inherit;
    cursor: pointer;
  }

  :is(.note-mark, .note-back):hover {
    background: var(--_tint);
  }

  .markdown .notes {
    margin-block-start: 1.5em;
    padding-block-start: 0.8em;
    border-block-start: 1px solid var(--_line);
    color: var(--_ink-soft);
    font-size: 0.9em;
  }
`;
