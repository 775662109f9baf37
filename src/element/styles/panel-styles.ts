// Panels that stand in the column: the load, whose bar is drawn as a row of leaps, and what a failure has before
// asking-styles.ts has come.

import { css } from "lit";

export const panelStyles = css`
  .panel {
    display: grid;
    gap: 0.9rem;
    padding: 1.2rem 1.3rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .panel.problem {
    border-color: color-mix(in oklab, var(--_problem) 45%, var(--_line));
  }

  .panel.problem h2 {
    display: flex;
    gap: 0.6rem;
    align-items: center;
  }

  .panel.problem .icon {
    color: var(--_problem);
  }

  .problem-words {
    display: grid;
    gap: 0.6rem;
  }

  a.button {
    text-decoration: none;
  }

  .model-name {
    color: var(--_ink-soft);
    font-size: 0.9rem;
    overflow-wrap: anywhere;
  }

  .leaps svg {
    display: block;
    inline-size: 100%;
    overflow: visible;
  }

  .leaps path {
    fill: none;
    stroke: var(--_line);
    stroke-width: 2.2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .leaps .leaps-done {
    stroke: var(--_accent);
    stroke-width: 2.8;
    transition: stroke-dasharray 0.3s linear;
  }

  .leaps.unknown .leaps-done {
    stroke-dasharray: 12 88;
    animation: leap-along 1.8s linear infinite;
  }

  @keyframes leap-along {
    from {
      stroke-dashoffset: 100;
    }
    to {
      stroke-dashoffset: 0;
    }
  }

  .load-figures {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.2rem;
    font-size: 0.92rem;
    font-variant-numeric: tabular-nums;
  }

  .steps {
    display: grid;
    color: var(--_ink-soft);
    font-size: 0.85rem;
  }

  summary {
    color: var(--_ink-soft);
    font-size: 0.88rem;
    cursor: pointer;
  }
`;
