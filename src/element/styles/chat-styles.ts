// All style sheets that the element begins with, in cascade order; parts that come later bring theirs (late-styles.ts). Lit
// adopts them as constructed sheets, which no policy refuses.

import { composerStyles } from "./composer-styles.ts";
import { layoutStyles } from "./layout-styles.ts";
import { panelStyles } from "./panel-styles.ts";
import { themeStyles } from "./theme-styles.ts";
import { transcriptStyles } from "./transcript-styles.ts";

export const chatStyles = [themeStyles, layoutStyles, transcriptStyles, composerStyles, panelStyles];
