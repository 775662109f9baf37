// The stages of `npm test`, in their order. Each has a script of its own (`check`, then `test:NAME`) and runs alone on a
// fresh clone. Which files a Vitest project holds is vite.config.ts's business.

export interface Stage {
  name: string;
  /** npm scripts that come first; one that fails ends the run. */
  gates: string[];
  /** Vitest's. */
  projects: string[];
  /** Where the stage's tests are, if its projects hold others' too. */
  folder?: string;
}

const inBrowsers = (name: string): Stage => {
  return { name, gates: [], projects: ["browser", "measured"], folder: `test/${name}/` };
};

export const stages: Stage[] = [
  { name: "check", gates: ["types", "lint", "format"], projects: ["unit"] },
  { name: "slow", gates: [], projects: ["slow"] },
  ...["kernels", "golden", "browser", "e2e", "package"].map(inBrowsers),
];

export const needsBrowsers = ({ folder }: Stage) => folder !== undefined;

/** What Vitest is told for these stages; for all of them, no folders. */
export function vitestNames(wanted: readonly Stage[]): string[] {
  const projects = new Set(wanted.flatMap((stage) => stage.projects));
  const folders = wanted.length === stages.length ? [] : wanted.flatMap(({ folder }) => folder ?? []);
  return [...[...projects].flatMap((name) => ["--project", name]), ...folders];
}
