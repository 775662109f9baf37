// Turns. Questions sit in a tinted bubble at the end side, answers are plain text on the page (markdown-styles.ts).

import { css } from "lit";

export const transcriptStyles = css`
  .transcript {
    display: flex;
    flex-direction: column;
    gap: 1.4rem;
  }

  .question {
    display: flex;
    flex-direction: column;
    align-items: flex-end;
    align-self: flex-end;
    max-inline-size: min(88%, 34rem);
  }

  .bubble {
    padding: 0.6rem 1rem;
    border-radius: var(--_radius);
    border-end-end-radius: 0.3rem;
    background: color-mix(in oklab, var(--_accent) 14%, var(--_surface));
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .earlier {
    align-self: center;
  }

  .question-footer,
  .branches {
    display: inline-flex;
    align-items: center;
    color: var(--_ink-soft);
    font-size: 0.82rem;
    font-variant-numeric: tabular-nums;
  }

  .question-footer {
    margin-block-end: -0.9rem;
  }

  /* A mouse shows them where it is; a finger and the keyboard have them always. */
  @media (hover: hover) {
    .question-footer .actions,
    .answer:not(:last-of-type) .answer-footer .actions {
      opacity: 0;
      transition: opacity 0.15s;
    }

    .question:hover .actions,
    .question:focus-within .actions,
    .answer:not(:last-of-type):is(:hover, :focus-within) .answer-footer .actions {
      opacity: 1;
    }
  }

  .answer {
    min-inline-size: 0;
  }

  .answer-footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.9rem;
    align-items: center;
    margin-block-start: 0.35rem;
    color: var(--_ink-soft);
    font-size: 0.78rem;
  }

  .answer-facts,
  .figures {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 0 0.9rem;
  }

  .figures {
    font-variant-numeric: tabular-nums;
  }

  .actions {
    display: inline-flex;
    flex-wrap: wrap;
    justify-content: end;
    margin-inline-start: auto;
  }

  .copy-outcome {
    align-self: center;
    margin-inline-end: 0.25rem;
    font-size: 0.82rem;
  }

  .quiet {
    display: inline-grid;
    place-items: center;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border: 0;
    border-radius: 50%;
    background: none;
    color: var(--_ink-soft);
    font-size: 1rem;
    cursor: pointer;
  }

  .quiet:disabled {
    opacity: 0.4;
    cursor: default;
  }

  .quiet:hover:not(:disabled) {
    background: var(--_tint);
    color: var(--_ink);
  }

  .queued,
  .loads-anew {
    margin: 0;
    color: var(--_ink-soft);
    font-size: 0.88rem;
  }

  .loads-anew {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.3rem 0.8rem;
  }

  .recovering {
    margin: 0;
    color: var(--_ink-soft);
    font-size: 0.88rem;
    text-align: center;
  }

  .notice {
    padding: 0.6rem 0.9rem;
    border-radius: 0.8rem;
    background: var(--_tint);
    color: var(--_ink-soft);
    font-size: 0.88rem;
  }

  .notice.problem {
    background: color-mix(in oklab, var(--_problem) 10%, var(--_surface));
    color: var(--_ink);
  }

  .answer .notice {
    margin-block-start: 0.6rem;
  }

  .notice.problem > .button,
  .notice.problem > .offers {
    margin-block-start: 0.6rem;
  }

  .engine-words {
    margin-block-start: 0.35rem;
    color: var(--_ink-soft);
    font-size: 0.85rem;
    overflow-wrap: anywhere;
  }

  .waiting {
    display: inline-flex;
    gap: 0.4rem;
    align-items: flex-end;
    block-size: 1.55rem;
    padding-block-end: 0.35rem;
  }

  .waiting i {
    inline-size: 0.45rem;
    block-size: 0.45rem;
    border-radius: 50%;
    background: var(--_accent);
    animation: pronk 0.9s cubic-bezier(0.3, 0, 0.4, 1) infinite;
  }

  .waiting i:nth-child(2) {
    animation-delay: 0.12s;
  }

  .waiting i:nth-child(3) {
    animation-delay: 0.24s;
  }

  @keyframes pronk {
    40% {
      transform: translateY(-0.6rem);
    }
    80% {
      transform: none;
    }
  }
`;
