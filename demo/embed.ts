// All the script that a foreign page needs: the element registers itself. (There: `import "pronk/element"`.)

import "../src/element/index.ts";
