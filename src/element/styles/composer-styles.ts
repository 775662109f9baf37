// The text field, its round buttons, and the writing area of models that only continue text.

import { css } from "lit";

export const composerStyles = css`
  .composer-row {
    display: flex;
    gap: 0.6rem;
    align-items: flex-end;
  }

  .composer {
    flex: 1;
    min-inline-size: 0;
  }

  .field {
    display: flex;
    gap: 0.4rem;
    align-items: flex-end;
    padding: 0.35rem;
    border: 1px solid color-mix(in oklab, var(--ink-soft) 45%, var(--line));
    border-radius: 1.75rem;
    background: var(--surface);
    transition: border-color 0.15s;
  }

  .field:focus-within {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }

  .field textarea {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 2.6rem;
    max-block-size: 40vh;
    padding: 0.55rem 0.4rem 0.55rem 0.9rem;
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
    color: var(--ink-soft);
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
    background: var(--accent);
    color: var(--on-accent);
    font-size: 1.05rem;
    cursor: pointer;
  }

  .round:disabled {
    background: var(--line);
    color: var(--ink-soft);
    cursor: default;
  }

  .round.outline {
    inline-size: 3.4rem;
    block-size: 3.4rem;
    border-color: var(--line);
    background: var(--surface);
    color: var(--ink-soft);
  }

  .round.outline:hover {
    border-color: var(--accent);
    color: var(--ink);
  }

  .editing {
    padding: 0 1rem 0.35rem;
    color: var(--ink-soft);
    font-size: 0.85rem;
  }

  .link {
    padding: 0.4rem 0.2rem;
    border: 0;
    background: none;
    color: var(--accent);
    font: inherit;
    text-decoration: underline;
    text-underline-offset: 0.15em;
    cursor: pointer;
  }

  .to-end {
    position: absolute;
    inset-block-start: -3rem;
    inset-inline-start: calc(50% - 1.25rem);
    display: grid;
    place-items: center;
    inline-size: 2.5rem;
    block-size: 2.5rem;
    border: 1px solid var(--line);
    border-radius: 50%;
    background: var(--surface);
    box-shadow: 0 0.2rem 0.8rem rgb(0 0 0 / 0.15);
    color: var(--ink);
    cursor: pointer;
  }

  .continue {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 0.9rem;
  }

  .continue header p {
    color: var(--ink-soft);
  }

  .continue textarea {
    flex: 1;
    min-block-size: 14rem;
    padding: 1.1rem 1.2rem;
    border: 1px solid color-mix(in oklab, var(--ink-soft) 45%, var(--line));
    border-radius: var(--radius);
    background: var(--surface);
    color: inherit;
    font: inherit;
    line-height: 1.7;
    resize: none;
  }
`;
