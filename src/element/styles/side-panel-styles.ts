// The panels over the chat. They come with what is in them (views/side-panels.ts).

import { css } from "lit";

export const sidePanelStyles = css`
  .side-panel {
    inline-size: min(34rem, 100% - 1.5rem);
    max-block-size: min(46rem, 100% - 1.5rem);
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    overflow-y: auto;
    overflow-wrap: anywhere;
    overscroll-behavior: contain;
    background: var(--_surface);
    color: var(--_ink);
    box-shadow: 0 0.8rem 2.5rem rgb(0 0 0 / 0.25);
  }

  .side-panel::backdrop {
    background: rgb(0 0 0 / 0.4);
  }

  .side-panel > header {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    display: flex;
    gap: 0.5rem;
    align-items: center;
    justify-content: space-between;
    padding-block: 0.7rem 0.5rem;
    padding-inline: 1.2rem 0.7rem;
    background: var(--_surface);
  }

  .settings,
  .meters {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    margin: 0;
    padding: 0.2rem 1.2rem 1.2rem;
  }

  .settings label,
  .settings legend {
    font-size: 0.9rem;
    font-weight: 550;
  }

  .settings label {
    display: grid;
    gap: 0.3rem;
    align-content: start;
    min-inline-size: 0;
  }

  .settings fieldset {
    display: grid;
    gap: 0.6rem;
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .settings .again {
    padding-block-start: 0.9rem;
    border-block-start: 1px solid var(--_line);
  }

  .settings .again legend {
    float: inline-start;
    inline-size: 100%;
    padding: 0;
  }

  .settings .again .button {
    justify-self: start;
  }

  .settings .presets {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }

  .presets legend {
    padding: 0 0 0.5rem;
  }

  .presets .starter {
    padding-inline: 0.85rem;
    font-size: 0.92rem;
  }

  .presets [aria-pressed="true"] {
    border-color: var(--_accent);
    background: var(--_tint);
    font-weight: 600;
  }

  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr));
    gap: 0.9rem 1rem;
  }

  .settings :is(input, select, textarea) {
    inline-size: 100%;
    min-block-size: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid color-mix(in oklab, var(--_ink-soft) 45%, var(--_line));
    border-radius: 0.7rem;
    background: var(--_ground);
    color: var(--_ink);
    font: inherit;
    font-weight: 400;
    font-size: 1rem;
  }

  .settings textarea {
    resize: vertical;
  }

  .settings :is(input, textarea)::placeholder {
    color: var(--_ink-soft);
    opacity: 1;
    white-space: pre-wrap;
  }

  .settings :is(input):invalid {
    border-color: var(--_problem);
  }

  .hint {
    color: var(--_ink-soft);
    font-size: 0.8rem;
    font-weight: 400;
    line-height: 1.4;
  }

  .meters dd {
    margin: 0;
    color: var(--_ink-soft);
    font-size: 0.88rem;
  }

  .meters dt {
    font-size: 0.88rem;
  }

  .meters .value {
    color: var(--_ink);
    font-size: 1.15rem;
    font-variant-numeric: tabular-nums;
    font-weight: 600;
  }

  .meters .value.none {
    color: var(--_ink-soft);
    font-size: 0.95rem;
    font-weight: 400;
  }

  .meters meter {
    inline-size: 100%;
    block-size: 0.6rem;
    margin-block: 0.2rem 0.3rem;
  }

  .keys {
    margin: 0;
    padding: 0 1.2rem 1.2rem;
  }

  .keys > div {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1rem;
    justify-content: space-between;
    padding-block: 0.5rem;
    border-block-end: 1px solid var(--_line);
  }

  .keys > div:last-child {
    border: 0;
  }

  .keys dd {
    margin: 0;
    color: var(--_ink-soft);
  }

  kbd {
    padding: 0.15rem 0.45rem;
    border: 1px solid var(--_line);
    border-block-end-width: 2px;
    border-radius: 0.4rem;
    background: var(--_ground);
    color: var(--_ink);
    font: inherit;
    font-size: 0.85rem;
    white-space: nowrap;
  }

  ::slotted([slot="meters"]) {
    display: block;
    margin: 0 1.2rem 1.2rem;
  }
`;
