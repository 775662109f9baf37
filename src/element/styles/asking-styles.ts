// For views/late-panels.ts: the choice of weights, the licence, what a failure offers, and the text that a model continues.

import { css } from "lit";

export const askingStyles = css`
  .offers {
    display: grid;
    gap: 0.5rem;
    justify-items: start;
  }

  .offers .button {
    max-inline-size: 100%;
    overflow-wrap: anywhere;
    text-align: start;
  }

  .token-form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.35rem;
  }

  .token-form label {
    font-size: 0.92rem;
    font-weight: 550;
  }

  .token-row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
  }

  .token-row input {
    flex: 1 1 min(14rem, 100%);
    min-inline-size: 0;
    min-block-size: 2.75rem;
    padding: 0.3rem 0.9rem;
    border: 1px solid color-mix(in oklab, var(--_ink-soft) 45%, var(--_line));
    border-radius: 1.4rem;
    background: var(--_ground);
    color: inherit;
    font: inherit;
  }

  .weights fieldset {
    display: grid;
    gap: 0.2rem;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .weights label {
    display: flex;
    gap: 0.7rem;
    align-items: baseline;
    padding-block: 0.35rem;
    overflow-wrap: anywhere;
  }

  .weights label .facts {
    display: block;
    color: var(--_ink-soft);
    font-size: 0.85rem;
    font-variant-numeric: tabular-nums;
  }

  .weights label .small {
    margin-inline-start: 0.7rem;
  }

  .weights input {
    flex: none;
    accent-color: var(--_accent);
  }

  #weights-title:focus-visible {
    outline: 0;
  }

  .license-text {
    max-block-size: min(46vh, 26rem);
    padding: 1rem 1.1rem;
    border: 1px solid var(--_line);
    border-radius: 0.8rem;
    overflow-y: auto;
    overflow-wrap: anywhere;
    background: var(--_ground);
    font-size: 0.88rem;
  }

  @media (max-width: 600px) {
    .license-text {
      max-block-size: 31vh;
    }
  }

  .license-text h3 {
    margin-block: 1.2em 0.6em;
    font-size: 1rem;
  }

  .license-text h3:first-child {
    margin-block-start: 0;
  }

  .license-text p {
    margin-block: 0.6em;
  }

  .depth-1 {
    padding-inline-start: 1.2em;
  }

  .depth-2 {
    padding-inline-start: 2.4em;
  }

  #license-title:focus-visible {
    outline: 0;
  }

  .evidence ul {
    padding-inline-start: 1.4rem;
    color: var(--_ink-soft);
    font-size: 0.85rem;
    overflow-wrap: anywhere;
  }

  .continue {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 0.9rem;
  }

  .continue header p {
    color: var(--_ink-soft);
  }

  .continue textarea {
    flex: 1;
    min-block-size: 14rem;
    padding: 1.1rem 1.2rem;
    border: 1px solid color-mix(in oklab, var(--_ink-soft) 45%, var(--_line));
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    line-height: 1.7;
    resize: none;
  }
`;
