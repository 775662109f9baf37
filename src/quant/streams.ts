// The code that lays out rows of codes, loaded as one: integers, and small floats.

export { floatsFormat } from "./floats.ts";
export { integersFormat } from "./integers.ts";
export { numberBits, putNumbers, scaleType, scaleTypes, wordsOf } from "./scale-bits.ts";
