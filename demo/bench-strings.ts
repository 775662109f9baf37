// Every word of the benchmark's page that is not in its HTML.

export const benchStrings = {
  shapes: {
    tiny: "the tiny model here",
    "tinyllama-1.1b": "TinyLlama 1.1B",
    "llama-2-7b": "Llama 2 7B",
    "llama-2-13b": "Llama 2 13B",
    "llama-2-70b": "Llama 2 70B",
  } as Record<string, string>,
  option: (name: string, size: string) => `${name}, ${size}`,
  measure: "Measure",
  again: "Measure again",
  measuring: "Measuring",
  noWebGpu:
    "This browser gives no WebGPU adapter. Use a current Chrome, Edge, Firefox or Safari, and let it use the GPU.",
  failed: (message: string) => `The measurement failed. ${message}`,

  headline: (adapter: string) => `On ${adapter}`,
  cards: {
    decode: [
      "tokens a second, written",
      "What you feel while an answer appears. A token is about three quarters of a word.",
    ],
    prefill: ["tokens a second, read", "How fast a question or a text is taken in."],
    first: ["until the first token", "The wait after a question of the length measured here."],
    load: ["to get ready", "Making the weights and compiling the shaders; no download is in it."],
  } as const,
  between: (least: string, most: string, runs: number) => `${least} to ${most} in ${runs} runs`,

  wrong: (error: string, allowed: string) =>
    `The numbers are WRONG on this adapter: logits are off by ${error}, ${allowed} is allowed. The times below mean nothing.`,
  right: (positions: number, error: string) =>
    `Checked: ${positions} positions agree with plain kernels in f32; the largest difference of a logit is ${error}.`,
  ceiling: (percent: string, bytes: string, rate: string) =>
    `To write one token the GPU must read ${bytes} of weights and cache. Reading is all this GPU has to do, and it reads ${rate} a second at best, so this is ${percent} % of what its memory allows.`,
  counts: (dispatches: string, submits: string, created: string) =>
    `A token is ${dispatches} dispatches in ${submits}; ${created} created on the way.`,
  submits: (count: string) => (count === "1" ? "1 submit" : `${count} submits`),
  nothing: "nothing is",
  objects: (buffers: string, groups: string) => `${buffers} buffers and ${groups} bind groups are`,
  memory: (gpu: string, weights: string, cache: string) =>
    `GPU memory: ${gpu}, of which ${weights} weights and ${cache} cache.`,

  timeTitle: "Where the time of one token goes",
  timeNote:
    "Each kernel was run by itself under the GPU's own clock, so the sum is a little more than a token takes. Browsers round that clock to 0.1 ms; very short kernels are therefore rough.",
  prefillTitle: (tokens: number) => `Where the time of reading ${tokens} tokens goes`,
  noClock: "This adapter has no clock for single kernels (timestamp-query), so there is no picture of them.",
  columns: { kernel: "Kernel", times: "Times", ms: "ms", rate: "GB/s", flops: "GFLOP/s" },
  all: "all",
  roofTitle: "How near the roof",
  roofNote:
    "The roof is what this GPU can do, measured a moment ago: the slope is its memory, the flat part its arithmetic. A kernel under the slope waits for memory, one under the flat part for arithmetic; the nearer to the roof, the less there is to gain. Circles grow with the share of the time that a kernel takes.",
  roofX: "operations for each byte read",
  roofY: "GFLOP/s",
  roofLabel: (percent: string) =>
    `Roofline of this adapter; a decoded token is at ${percent} percent of the memory roof`,
  writing: "one token",
  reading: "the prompt",

  reportTitle: "The report",
  reportNote: "Plain text, to keep or to show to others. It names browser and adapter, and nothing else of you.",
  reportLabel: "Report as text",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Select the text and copy it",
  share: "Share",
  save: "Save as JSON",
} as const;
