// All style sheets that the element begins with, in cascade order; parts that come later bring theirs (late-styles.ts). Lit adopts them as constructed sheets, which no policy refuses.

import { codeStyles } from "./code-styles.ts";
import { composerStyles } from "./composer-styles.ts";
import { layoutStyles } from "./layout-styles.ts";
import { markdownStyles } from "./markdown-styles.ts";
import { panelStyles } from "./panel-styles.ts";
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
];
