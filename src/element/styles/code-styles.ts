// Code and whatever else in an answer scrolls sideways: frames whose edge is shaded where more is hidden behind it, the
// colours of code, and the caret that stands where words arrive.

import { css } from "lit";

export const codeStyles = css`
  :host {
    --_code-keyword: light-dark(#7a3a99, #cfa8f2);
    --_code-string: light-dark(#2c6a1f, #a5d58f);
    --_code-number: light-dark(#96480a, #f0b67f);
    --_code-title: light-dark(#1b56a0, #92c2f7);
    --_code-type: light-dark(#0c6474, #7fd0dd);
    --_code-name: light-dark(#7a4b16, #e0c292);
  }

  .table-scroll,
  .formula-scroll,
  .code-block pre {
    --_under: var(--_ground);
    --_shade: color-mix(in oklab, var(--_ink) 24%, transparent);
    max-inline-size: 100%;
    overflow-x: auto;
    scrollbar-width: thin;
    /* What covers the shade scrolls along, and so lies over it only at the ends. */
    background:
      linear-gradient(to right, var(--_under) 40%, transparent) left / 2.5rem 100% no-repeat local,
      linear-gradient(to left, var(--_under) 40%, transparent) right / 2.5rem 100% no-repeat local,
      linear-gradient(to right, var(--_shade), transparent) left / 0.7rem 100% no-repeat scroll,
      linear-gradient(to left, var(--_shade), transparent) right / 0.7rem 100% no-repeat scroll;
  }

  .code-block pre {
    --_under: var(--_surface);
  }

  .code-block {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    border: 1px solid var(--_line);
    border-radius: 0.8rem;
    background: var(--_surface);
    white-space: normal;
  }

  .code-block::before {
    content: attr(data-language);
    padding-inline: 1rem;
    overflow: hidden;
    color: var(--_ink-soft);
    font-size: 0.78rem;
    text-overflow: ellipsis;
  }

  pre,
  code,
  math {
    direction: ltr;
    unicode-bidi: isolate;
  }

  .code-block pre {
    grid-column: 1 / -1;
    text-align: left;
    margin: 0;
    padding: 0.7rem 1rem 0.9rem;
    border-block-start: 1px solid var(--_line);
    border-radius: 0 0 0.8rem 0.8rem;
    line-height: 1.5;
  }

  .code-block code {
    color: var(--_ink);
    padding: 0;
    background: none;
    overflow-wrap: normal;
  }

  .copy-code {
    margin: 0.3rem;
    padding: 0.25rem 0.6rem;
    border: 0;
    border-radius: 0.6rem;
    background: none;
    color: var(--_ink-soft);
    font: inherit;
    font-size: 0.78rem;
    user-select: none;
    cursor: pointer;
  }

  .copy-code:hover {
    background: var(--_tint);
    color: var(--_ink);
  }

  .code-block .keyword {
    color: var(--_code-keyword);
  }

  .code-block .string {
    color: var(--_code-string);
  }

  .code-block .number {
    color: var(--_code-number);
  }

  .code-block .title {
    color: var(--_code-title);
  }

  .code-block .type {
    color: var(--_code-type);
  }

  .code-block .name {
    color: var(--_code-name);
  }

  .code-block .comment {
    color: var(--_ink-soft);
    font-style: italic;
  }

  .code-block .added {
    color: var(--_code-string);
  }

  .code-block .removed {
    color: var(--_problem);
  }

  math {
    font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "Noto Sans Math", math;
    font-size: 1.08em;
  }

  .formula-scroll math {
    padding-block: 0.2em;
  }

  span.formula-scroll {
    display: inline-block;
    vertical-align: middle;
  }

  mtd {
    padding: 0.22em 0.4em;
  }

  .flush-left {
    padding-inline-start: 0;
  }

  .flush-right {
    padding-inline-end: 0;
  }

  mtd.left {
    text-align: left;
  }

  mtd.right {
    text-align: right;
  }

  math .line-above {
    border-block-start: 0.06em solid;
  }

  math .line-below {
    border-block-end: 0.06em solid;
  }

  math .line-left {
    border-inline-start: 0.06em solid;
  }

  math .line-right {
    border-inline-end: 0.06em solid;
  }

  math .boxed {
    padding: 0.2em;
    border: 0.06em solid;
  }

  .strike {
    --_angle: to bottom;
  }

  .strike-up {
    --_angle: to bottom right;
  }

  .strike-down {
    --_angle: to top right;
  }

  :is(.strike, .strike-up, .strike-down) {
    background: linear-gradient(
      var(--_angle),
      transparent calc(50% - 0.04em),
      currentcolor calc(50% - 0.03em) calc(50% + 0.03em),
      transparent calc(50% + 0.04em)
    );
  }

  .thought {
    margin-block-end: 0.7rem;
    border-inline-start: 3px solid var(--_line);
    padding-inline-start: 0.9rem;
    color: var(--_ink-soft);
    font-size: 0.92em;
  }

  .thought > summary {
    inline-size: fit-content;
    padding-block: 0.35rem;
    cursor: pointer;
  }

  .thought > summary:hover {
    color: var(--_ink);
  }

  .running > .markdown > :is(p, h2, h3, h4, h5, h6):last-child::after,
  .running > .markdown > :is(ul, ol):last-child > li:last-child:not(:has(ul, ol, p, pre, table))::after,
  .running > .markdown > :is(ul, ol):last-child > li:last-child > p:last-child::after,
  .running > .markdown > blockquote:last-child > p:last-child::after,
  .running > .markdown > .code-block:last-child code::after,
  .thinking > summary::after {
    content: "";
    display: inline-block;
    inline-size: 0.5em;
    block-size: 1em;
    margin-inline-start: 0.12em;
    border-radius: 0.1em;
    background: var(--_accent);
    vertical-align: -0.12em;
    animation: caret 1.1s steps(2, jump-none) infinite;
  }

  @keyframes caret {
    from {
      opacity: 1;
    }
    to {
      opacity: 0.15;
    }
  }
`;
