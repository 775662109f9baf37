// The text field, its round buttons, the small ones below it that open panels, and the writing area of models that only
// continue text.

import { css } from "lit";

export const composerStyles = css`
  .composer-row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: flex-end;
  }

  .composer {
    flex: 1 1 12rem;
    min-inline-size: min(12rem, 100%);
  }

  .field {
    display: flex;
    gap: 0.4rem;
    align-items: flex-end;
    padding: 0.35rem;
    border: 1px solid color-mix(in oklab, var(--_ink-soft) 45%, var(--_line));
    border-radius: 1.75rem;
    background: var(--_surface);
    transition: border-color 0.15s;
  }

  .field:focus-within {
    border-color: var(--_accent);
    box-shadow: 0 0 0 1px var(--_accent);
  }

  .field textarea {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 2.6rem;
    max-block-size: 40vh;
    padding-block: 0.55rem;
    padding-inline: 0.3rem;
    border: 0;
    outline: 0;
    overflow-y: auto;
    background: none;
    color: inherit;
    font: inherit;
    line-height: 1.5;
    resize: none;
    field-sizing: content;
  }

  textarea::placeholder {
    overflow: hidden;
    color: var(--_ink-soft);
    text-overflow: ellipsis;
    white-space: nowrap;
    opacity: 1;
  }

  .round {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.6rem;
    block-size: 2.6rem;
    border: 1px solid transparent;
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 1.05rem;
    cursor: pointer;
  }

  .round:disabled {
    background: var(--_line);
    color: var(--_ink-soft);
    cursor: default;
  }

  .round.plain {
    inline-size: 2.3rem;
    margin-inline-end: -0.3rem;
    background: none;
    color: var(--_ink-soft);
  }

  .round.plain:hover {
    background: var(--_tint);
    color: var(--_ink);
  }

  .round.outline {
    inline-size: 3.4rem;
    block-size: 3.4rem;
    border-color: var(--_line);
    background: var(--_surface);
    color: var(--_ink-soft);
  }

  .round.outline:hover {
    border-color: var(--_accent);
    color: var(--_ink);
  }

  .editing {
    padding: 0 1rem 0.35rem;
    color: var(--_ink-soft);
    font-size: 0.85rem;
  }

  .link {
    padding: 0.4rem 0.2rem;
    border: 0;
    background: none;
    color: var(--_accent);
    font: inherit;
    text-decoration: underline;
    text-underline-offset: 0.15em;
    cursor: pointer;
  }

  .undo {
    display: flex;
    gap: 0.6rem;
    align-items: center;
    margin-block-end: 0.5rem;
    padding-block: 0.3rem;
    padding-inline: 1rem 0.3rem;
    border: 1px solid var(--_line);
    border-radius: 1.4rem;
    background: var(--_surface);
    font-size: 0.92rem;
  }

  .undo p {
    flex: 1;
    min-inline-size: 0;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }

  .undo .button {
    min-block-size: 2.5rem;
  }

  .undo.nothing-to-undo {
    margin: 0;
    padding: 0;
    border: 0;
  }

  .to-end {
    position: absolute;
    inset-block-start: -3rem;
    inset-inline-start: calc(50% - 1.25rem);
    display: grid;
    place-items: center;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border: 1px solid var(--_line);
    border-radius: 50%;
    background: var(--_surface);
    box-shadow: 0 0.2rem 0.8rem rgb(0 0 0 / 0.15);
    color: var(--_ink);
    cursor: pointer;
  }

  .tools {
    display: inline-flex;
    gap: 0.2rem;
    align-items: center;
  }

  .tool {
    display: inline-flex;
    gap: 0.35rem;
    align-items: center;
    min-block-size: 1.75rem;
    padding: 0 0.45rem;
    border: 0;
    border-radius: 0.9rem;
    background: none;
    color: inherit;
    font: inherit;
    font-variant-numeric: tabular-nums;
    cursor: pointer;
  }

  .tool:hover {
    background: var(--_tint);
    color: var(--_ink);
  }
`;
