// Every word of the benchmark's page, a part of the pages' words. The report that it gives as text is English everywhere.

import { counted } from "../../src/element/languages/counted.ts";

export const benchWords = {
  title: "How fast is this GPU? pronk",
  description: "Measures how fast this browser and GPU run language models. Nothing is sent.",
  heading: "How fast is this GPU?",
  lead: "pronk makes a model of random weights on your GPU, checks that it computes correctly, and measures how fast it reads and writes. Nothing is downloaded and nothing leaves this device.",
  sizeLabel: "A model the size of",
  inFront: "Keep this tab in front: browsers slow down what is hidden.",
  tiny: "the tiny model here",
  option: (name: string, size: string) => `${name}, ${size}`,
  measure: "Measure",
  again: "Measure again",
  measuring: "Measuring",
  /** What the measurement says as it runs, by its own words; `#` is a number. */
  progress: {
    "Asking for the GPU": "Asking for the GPU",
    "Measuring what the adapter can do": "Measuring what the adapter can do",
    "Loading, # of #": "Loading, # of #",
    "Warming up": "Warming up",
    "Reading and answering, # of #": "Reading and answering, # of #",
    "Counting what a token costs": "Counting what a token costs",
    "Timing every kernel": "Timing every kernel",
    "Checking two layers against plain kernels": "Checking two layers against plain kernels",
    Done: "Done",
  } as Record<string, string>,
  noWebGpu:
    "This browser offers no WebGPU adapter. Use a current Chrome, Edge, Firefox or Safari, and let it use the GPU.",
  failed: (message: string) => `The measurement failed. ${message}`,

  headline: (adapter: string) => `On ${adapter}`,
  cards: {
    decode: [
      "tokens a second, written",
      "What you feel while an answer appears. A token is about three quarters of a word.",
    ],
    prefill: ["tokens a second, read", "How fast a question or a text is read."],
    first: ["until the first token", "The wait after a question of the length measured here."],
    load: ["to get ready", "Making the weights and compiling the shaders; no download is included."],
  },
  between: (least: string, most: string, runs: string) => `${least} to ${most} in ${runs} runs.`,

  wrong: (error: string, allowed: string) =>
    `The numbers are WRONG on this adapter: logits are off by ${error}, ${allowed} is allowed. The times below mean nothing.`,
  right: (positions: string, error: string) =>
    `Checked: ${positions} positions agree with plain kernels in f32; the largest difference of a logit is ${error}.`,
  ceiling: (percent: string, bytes: string, rate: string) =>
    `To write one token the GPU must read ${bytes} of weights and cache. Reading is all this GPU has to do, and it reads ${rate} a second at best, so this is ${percent} of what its memory allows.`,
  counts: (dispatches: string, submits: string) => `A token is ${dispatches} dispatches in ${submits}.`,
  submits: counted("en", { one: "# submit", other: "# submits" }),
  nothing: "Nothing is created along the way.",
  objects: (buffers: string, groups: string) =>
    `${buffers} buffers and ${groups} bind groups are created along the way.`,
  memory: (gpu: string, weights: string, cache: string) =>
    `GPU memory: ${gpu}, of which ${weights} weights and ${cache} cache.`,

  timeTitle: "Where the time of one token goes",
  timeNote:
    "Each kernel was run on its own under the GPU's clock, so the sum is a little more than a token takes. Browsers round that clock to 0.1 ms; very short kernels are therefore rough.",
  prefillTitle: (tokens: string) => `Where the time of reading ${tokens} tokens goes`,
  noClock: "This adapter has no clock for single kernels (timestamp-query), so there is no picture of them.",
  columns: { kernel: "Kernel", times: "Times", ms: "ms", rate: "GB/s", flops: "GFLOP/s" },
  all: "all",
  roofTitle: "How close to the roof",
  roofNote:
    "The roof is what this GPU can do, measured a moment ago: the slope is its memory, the flat part its arithmetic. A kernel under the slope waits for memory, one under the flat part for arithmetic; the nearer to the roof, the less there is to gain. Circles grow with the share of the time that a kernel takes.",
  roofX: "operations for each byte read",
  roofY: "GFLOP/s",
  roofLabel: (percent: string) => `Roofline of this adapter; a decoded token is at ${percent} of the memory roof`,
  writing: "one token",
  reading: "the prompt",

  reportTitle: "The report",
  reportNote: "Plain text, to keep or share. It names your browser and adapter, and nothing else about you.",
  reportLabel: "Report as text",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Select the text and copy it",
  share: "Share",
  save: "Save as JSON",
};
