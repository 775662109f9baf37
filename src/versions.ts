// The version of everything that outlives a release: each number once, with what a new one means for what is stored. Raising
// one alone is always safe; test/unit/store/versions.test.ts raises each and opens the stores of earlier releases.

/** Of the IndexedDB schema. A new one needs its step in store/migrate.ts and a fixture of the one before it. */
export const schemaVersion = 2; // 2026-11-24: notes on blocks, blocks that end where the record says

/** Of the loader's manifest in a stored record. What was written under another is fetched again, unless it is listed below. */
export const manifestVersion = 2; // 2026-11-28: heads and GPTQ's zero points are right (store/misread.ts)

/** Earlier versions whose manifests are as good, by the version that can use them: for a new one, none at first. */
export const usableManifests: Readonly<Record<number, readonly number[]>> = { 2: [1] };

/** Of pronk's own q8 and q4 rows; part of a stored file's name. Rows of another version are fetched and made again. */
export const rowsVersion = 1;

/** Of what tuning found for an adapter: new when the candidates, or what they compete in, change. Then it measures again. */
export const tuningVersion = 2; // 2026-11-25: products of bytes

/** Of the database that holds that. */
export const tuningSchemaVersion = 1;

/** Of saved KV caches: new when pages stand otherwise, or kernels give other numbers. Those of another are computed anew. */
export const savedCacheVersion = 1;

/** Of how weights stand on the GPU. Sums kept of another layout are ignored. */
export const layoutVersion = 1;
