// All of the element's style sheets in cascade order. Lit adopts them as constructed sheets, which no policy refuses.

import { codeStyles } from "./code-styles.ts";
import { composerStyles } from "./composer-styles.ts";
import { layoutStyles } from "./layout-styles.ts";
import { markdownStyles } from "./markdown-styles.ts";
import { panelStyles } from "./panel-styles.ts";
import { sidePanelStyles } from "./side-panel-styles.ts";
import { themeStyles } from "./theme-styles.ts";
import { transcriptStyles } from "./transcript-styles.ts";

export const chatStyles = [
  themeStyles,
  layoutStyles,
  transcriptStyles,
  markdownStyles,
  codeStyles,
  composerStyles,
  panelStyles,
  sidePanelStyles,
];
