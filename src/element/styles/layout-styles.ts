// The frame: a scroller above, a dock with the composer below, one column of readable width in both.

import { css } from "lit";

export const layoutStyles = css`
  .chat {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    min-block-size: inherit;
  }

  .scroller {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }

  .scroller:focus-visible {
    outline-offset: -3px;
  }

  .column {
    display: flex;
    flex-direction: column;
    gap: 1.25rem;
    max-inline-size: var(--_measure);
    min-block-size: 100%;
    margin-inline: auto;
    padding: 1.5rem 1rem 1rem;
  }

  .column.fresh {
    justify-content: center;
  }

  .dock {
    position: relative;
    inline-size: 100%;
    max-inline-size: var(--_measure);
    margin-inline: auto;
    padding: 0.25rem 1rem max(0.5rem, env(safe-area-inset-bottom));
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem 1rem;
    align-items: center;
    justify-content: space-between;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.6rem;
    margin-inline-start: auto;
  }

  .small {
    color: var(--_ink-soft);
    font-size: 0.85rem;
  }

  .start {
    display: grid;
    gap: 1.5rem;
    text-align: center;
    justify-items: center;
  }

  .start p {
    color: var(--_ink-soft);
    text-wrap: balance;
  }

  .load-card {
    display: grid;
    gap: 0.6rem;
    justify-items: center;
    text-align: center;
  }

  .load-card strong {
    color: var(--_ink);
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .starters {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    justify-content: center;
    padding: 0;
    list-style: none;
  }

  .starter {
    min-block-size: 2.75rem;
    padding: 0.5rem 1.05rem;
    border: 1px solid var(--_line);
    border-radius: 1.4rem;
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-size: 0.95rem;
    line-height: 1.3;
    text-align: start;
    cursor: pointer;
    transition:
      border-color 0.15s,
      transform 0.15s;
  }

  .starter:hover {
    border-color: var(--_accent);
    transform: translateY(-2px);
  }

  .button {
    display: inline-flex;
    gap: 0.5rem;
    align-items: center;
    justify-content: center;
    min-block-size: 2.75rem;
    padding: 0.4rem 1.15rem;
    border: 1px solid var(--_line);
    border-radius: 1.4rem;
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-weight: 550;
    cursor: pointer;
  }

  .button:hover:not(:disabled) {
    border-color: var(--_accent);
  }

  .button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_ink));
  }

  .button:disabled {
    opacity: 0.5;
    cursor: default;
  }

  .footnote {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.6rem;
    align-items: center;
    justify-content: center;
    margin-block-start: 0.35rem;
    color: var(--_ink-soft);
    font-size: 0.78rem;
    line-height: 1.5;
    text-align: center;
  }

  .report {
    position: static;
  }

  .report summary {
    font-size: inherit;
    text-decoration: underline;
    text-underline-offset: 0.15em;
    cursor: pointer;
    list-style: none;
  }

  .report summary::-webkit-details-marker {
    display: none;
  }

  .report-card {
    position: absolute;
    inset-inline: 1rem;
    inset-block-end: 2.6rem;
    padding: 1rem 1.2rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: 0 0.8rem 2.5rem rgb(0 0 0 / 0.18);
    color: var(--_ink);
    font-size: 0.88rem;
    text-align: start;
  }

  .report-card ul {
    margin-block-start: 0.4rem;
    padding-inline-start: 1.2rem;
  }
`;
