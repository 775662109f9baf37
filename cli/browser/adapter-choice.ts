// Which adapter a browser is started for.

/** `none` starts the browser without WebGPU, for tests of that failure. */
export type AdapterChoice = "software" | "hardware" | "auto" | "none";

/** PRONK_ADAPTER, or what is usual. */
export function adapterFromEnvironment(otherwise: AdapterChoice): AdapterChoice {
  const named = process.env.PRONK_ADAPTER;
  if (named === undefined || named === "") return otherwise;
  if (named === "software" || named === "hardware" || named === "auto" || named === "none") return named;
  throw new Error(`PRONK_ADAPTER is "${named}"; it may be software, hardware, auto or none.`);
}
