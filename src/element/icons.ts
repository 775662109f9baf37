// The element's few drawings, as inline SVG templates on a 24-unit grid that take the text's colour.

import { svg, html } from "lit";

export const icon = (drawing: unknown, kind = "") =>
  html`<svg class="icon ${kind}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${drawing}</svg>`;
/** Along the line of text: mirrored where that runs from right to left. */
const pointing = (drawing: unknown) => icon(drawing, "points");

export const sendIcon = icon(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`);
export const attachIcon = icon(
  svg`<path d="M18.500 11.500l-6.700 6.700a4 4 0 0 1-5.700-5.700l7.400-7.400a2.700 2.700 0 0 1 3.800 3.800l-7.300 7.300a1.300 1.300 0 0 1-1.900-1.900l6.200-6.200"/>`,
);
export const stopIcon = icon(svg`<rect class="solid" x="7" y="7" width="10" height="10" rx="2"/>`);
export const copyIcon = icon(
  svg`<rect x="9" y="9" width="11" height="11" rx="2.5"/><path d="M15 5.5A1.5 1.5 0 0 0 13.5 4H6a2 2 0 0 0-2 2v7.5A1.5 1.5 0 0 0 5.5 15"/>`,
);
export const checkIcon = icon(svg`<path d="M5 12.500l4.5 4.500L19 7.5"/>`);
export const againIcon = icon(svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.400M19.5 4v4h-4"/>`);
export const goOnIcon = pointing(svg`<path d="M5 6l7 6-7 6M13 6l7 6-7 6"/>`);
export const editIcon = icon(svg`<path d="M4 20l1-4.500L16.5 4l3.5 3.500L8.5 19zM14 6.500l3.5 3.5"/>`);
export const newChatIcon = icon(svg`<path d="M12 5v14M5 12h14"/>`);
export const downIcon = icon(svg`<path d="M12 5v14M6 13l6 6 6-6"/>`);
export const alertIcon = icon(svg`<path d="M12 4l9 16H3zM12 10v4.500M12 17.300v.2"/>`);
export const chipIcon = icon(
  svg`<rect x="6" y="6" width="12" height="12" rx="2"/><path d="M10 10h4v4h-4zM9 3v3M15 3v3M9 18v3M15 18v3M3 9h3M3 15h3M18 9h3M18 15h3"/>`,
);
export const quoteIcon = pointing(svg`<path d="M5 6v12M9.500 8h10M9.500 12h10M9.500 16h6"/>`);
export const leftIcon = pointing(svg`<path d="M14.500 6l-6 6 6 6"/>`);
export const rightIcon = pointing(svg`<path d="M9.500 6l6 6-6 6"/>`);
export const deleteIcon = icon(
  svg`<path d="M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500"/>`,
);
export const closeIcon = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const settingsIcon = icon(
  svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
);
export const gaugeIcon = icon(svg`<path d="M5 18a8 8 0 1 1 14 0M12 14l4-4.500"/>`);
export const keysIcon = icon(
  svg`<rect x="3" y="6.500" width="18" height="11" rx="2"/><path d="M7 10.500h.1M10.300 10.500h.1M13.700 10.500h.1M17 10.500h.1M8 14h8"/>`,
);
