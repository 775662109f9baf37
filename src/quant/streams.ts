// What lays out rows of codes, loaded as one: whole numbers, and small floats.

export { floatsFormat } from "./floats.ts";
export { integersFormat } from "./integers.ts";
