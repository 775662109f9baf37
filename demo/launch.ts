// How the page was started: by a shortcut of the installed app, or with what another app has shared. That is said in the
// address (manifest.webmanifest) and taken out of it, so that a reload does not do it again. And the offer to install the app,
// where the browser makes one.

export interface Launch {
  /** What was shared, for the text field; or "". */
  shared: string;
  /** Which shortcut it was, if any. */
  wants: "new" | "models" | undefined;
}

/** `search`: the address's query. */
export function readLaunch(search: string): Launch {
  const fields = new URLSearchParams(search);
  const wants = fields.has("new") ? "new" : fields.has("models") ? "models" : undefined;
  const said = ["title", "text", "url"].map((field) => fields.get(field)?.trim() ?? "");
  // Apps often say the address in the text too, or the title twice.
  const parts = said.filter(
    (part, i) => part && !said.some((other, j) => j !== i && other.includes(part) && (other !== part || j < i)),
  );
  return { shared: parts.join("\n"), wants };
}

export function takeLaunch(): Launch {
  const launch = readLaunch(location.search);
  if (location.search) history.replaceState(history.state, "", location.pathname + location.hash);
  return launch;
}

interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

/** Tells, each time that changes, how to ask for an installation; undefined while there is none to be had. */
export function watchInstall(tell: (install: (() => void) | undefined) => void): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // the browser's own bar would lie over the chat
    tell(() => void (event as InstallOffer).prompt());
  });
  addEventListener("appinstalled", () => tell(undefined));
}
