// Colours, type and measures. Every public `--pronk-*` property is read here once and has a light and a dark default;
// which of the two applies follows the page's `color-scheme`.

import { css } from "lit";

export const themeStyles = css`
  :host {
    --_accent: var(--pronk-accent, light-dark(#17694e, #7fd4ae));
    --_on-accent: var(--pronk-on-accent, light-dark(#ffffff, #0c1b14));
    --_ground: var(--pronk-ground, light-dark(#f6f8f4, #101512));
    --_surface: var(--pronk-surface, light-dark(#ffffff, #19211d));
    --_ink: var(--pronk-ink, light-dark(#17211c, #e6ede8));
    --_ink-soft: var(--pronk-ink-soft, light-dark(#56635b, #9daba3));
    --_line: var(--pronk-line, light-dark(#dbe2da, #2d3832));
    --_problem: var(--pronk-problem, light-dark(#9c3414, #f5a88e));
    --_tint: color-mix(in oklab, var(--_accent) 10%, var(--_surface));
    --_radius: var(--pronk-radius, 1.1rem);
    --_mono: var(--pronk-font-mono, ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace);
    --_measure: var(--pronk-measure, 44rem);
    display: block;
    block-size: 100%;
    min-block-size: 24rem;
    background: var(--_ground);
    color: var(--_ink);
    font-family: var(--pronk-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    font-size: 1rem;
    line-height: 1.55;
    color-scheme: inherit;
  }

  :host([hidden]) {
    display: none;
  }

  * {
    box-sizing: border-box;
  }

  h2,
  h3,
  p,
  ul {
    margin: 0;
  }

  h2 {
    font-size: 1.2rem;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.3;
    text-wrap: balance;
  }

  a {
    color: var(--_accent);
    text-underline-offset: 0.15em;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .icon {
    inline-size: 1.15em;
    block-size: 1.15em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  /* What points along the line, where lines run from right to left. */
  [dir="rtl"] :is(.points, .leaps svg) {
    transform: scaleX(-1);
  }

  .icon .solid {
    fill: currentColor;
    stroke: none;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
