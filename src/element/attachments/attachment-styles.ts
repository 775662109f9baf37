// Chips of attachments, what is said about them, and the frame that takes files that are dropped.

import { css } from "lit";

export const attachmentStyles = css`
  .attachments {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    margin: 0 0 0.45rem;
    padding: 0;
    list-style: none;
  }

  .composer .attachments {
    max-block-size: 34vh;
    overflow-y: auto;
  }

  .question .attachments {
    justify-content: flex-end;
    max-inline-size: 100%;
  }

  .attachment {
    position: relative;
    min-inline-size: 0;
    max-inline-size: 100%;
    border: 1px solid var(--_line);
    border-radius: 0.9rem;
    background: var(--_surface);
    font-size: 0.88rem;
  }

  .attachment.reading {
    padding: 0.5rem 0.8rem;
    color: var(--_ink-soft);
  }

  .attachment:has(details[open]) {
    inline-size: 100%;
  }

  .attachment summary {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.45rem;
    align-items: center;
    min-block-size: 2.4rem;
    padding: 0.25rem 0.8rem;
    border-radius: 0.9rem;
    color: var(--_ink);
    list-style: none;
    cursor: pointer;
  }

  .composer .attachment summary {
    padding-inline-end: 2.7rem;
  }

  .attachment summary::-webkit-details-marker {
    display: none;
  }

  .attachment-title {
    display: inline-flex;
    gap: 0.45rem;
    align-items: center;
    min-inline-size: 0;
    max-inline-size: min(18rem, 100%);
  }

  .attachment-title .icon {
    flex: none;
  }

  .attachment-name {
    overflow: hidden;
    font-weight: 550;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .attachment details[open] .attachment-name {
    overflow: visible;
    overflow-wrap: anywhere;
    white-space: normal;
  }

  .attachment-figures {
    color: var(--_ink-soft);
    font-variant-numeric: tabular-nums;
  }

  .attachment .quiet {
    position: absolute;
    inset-block-start: 0.1rem;
    inset-inline-end: 0.2rem;
  }

  .attachment-text {
    max-block-size: min(16rem, 40vh);
    margin: 0;
    padding: 0.6rem 0.8rem;
    border-block-start: 1px solid var(--_line);
    overflow: auto;
    font-family: var(--_mono);
    font-size: 0.82rem;
    line-height: 1.5;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .attach-notes {
    display: grid;
    gap: 0.2rem;
    padding: 0.1rem 0.4rem 0.5rem 0.9rem;
    font-size: 0.88rem;
    line-height: 1.4;
  }

  .attach-note {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.4rem;
    align-items: center;
  }

  .attach-note.problem p {
    color: var(--_problem);
  }

  .attach-note p {
    flex: 1 1 8rem;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }

  /* A phone on its side, or a page at 400 %: one row. */
  @media (max-height: 24rem) {
    .composer .attachments {
      flex-wrap: nowrap;
      overflow-x: auto;
      scrollbar-width: thin;
    }

    .composer .attachments:has(details[open]) {
      flex-wrap: wrap;
    }

    .composer .attachment {
      flex: none;
    }

    .composer .attachment summary {
      flex-wrap: nowrap;
      white-space: nowrap;
    }

    .composer .attachment-title {
      max-inline-size: 9rem;
    }
  }

  .drop-frame {
    position: fixed;
    inset: 0.6rem;
    z-index: 2;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_accent);
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_ground) 88%, transparent);
    font-weight: 600;
    text-align: center;
    pointer-events: none;
  }
`;
