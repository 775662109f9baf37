// A conversation on paper, or saved as a PDF: all of it, in dark letters, without what can only be pressed. They come with
// Markdown: before the first answer there is nothing to print.

import { css } from "lit";

export const printStyles = css`
  @media print {
    :host {
      block-size: auto;
      color-scheme: light;
    }

    .chat,
    .scroller {
      display: block;
      block-size: auto;
      overflow: visible;
    }

    .column {
      max-inline-size: none;
      padding: 0;
    }

    .dock,
    .actions,
    .branches,
    .question-footer,
    .code-block button {
      display: none;
    }

    .markdown :is(.table-scroll, .formula-scroll, pre) {
      overflow: visible;
      background: none;
    }

    .markdown pre {
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }

    .markdown :is(pre, table, li),
    .question {
      break-inside: avoid-page;
    }

    .markdown :is(h2, h3, h4, h5, h6),
    .question {
      break-after: avoid-page;
    }
  }
`;
