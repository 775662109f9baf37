// The views to picture, each as a page and a few steps on it.

import { markdownSample } from "./markdown-sample.ts";
import {
  askStaged,
  attachStaged,
  importStaged,
  press,
  scrollToStaged,
  type Script,
  stageEngine,
} from "./staged-engine.ts";
import { downloadStaged, type StagedDownload, type StagedModel, stallWorkers, storeStaged } from "./staged-store.ts";

export interface Scene {
  name: string;
  page: string;
  fullPage?: boolean;
  steps: { run: (argument: never) => Promise<void>; argument: unknown }[];
}

const starters = [
  "What is pronk?",
  "Why does it need WebGPU?",
  "What is quantization?",
  "Tell me a short story",
  "How are you today?",
];

const tiny: Script = { label: "Tiny", starters, dialog: "llama-2", autoload: true };

const stage = (script: Partial<Script>) => ({ run: stageEngine, argument: { ...tiny, ...script } });
const ask = (question: string) => ({ run: askStaged, argument: question });
const attach = (given: { name: string; text: string }[]) => ({ run: attachStaged, argument: given });
const files = [
  { name: "springboks.csv", text: "name;height of leap in cm\nAya;190\nBoks;204\n" },
  {
    name: "a note with a rather long name that has to be cut somewhere.md",
    text: "# Leaps\n\n" + "They leap. ".repeat(120),
  },
];
const click = (selector: string) => ({ run: press, argument: selector });

const storedMenu = ".stored li:first-child .copy-menu";
const storedModels: StagedModel[] = [
  {
    id: "hub:HuggingFaceTB/SmolLM2-360M-Instruct@a10cc1512eabd3dde888204e902eca88bddb4951",
    label: "HuggingFaceTB/SmolLM2-360M-Instruct",
    sizeBytes: 724e6,
    damaged: 7,
  },
  {
    id: "hub:someone-with-a-name/Llama-2-7b-chat-hf-with-a-long-name-GPTQ@a10cc1512eabd3dde888204e902eca88bddb4951",
    label: "someone-with-a-name/Llama-2-7b-chat-hf-with-a-long-name-GPTQ",
    sizeBytes: 3.9e9,
  },
  { id: "files:tiny", label: "my-own-model", sizeBytes: 3.1e6 },
];
const pickStored = (...before: Scene["steps"]) => [
  ...[stage({}), { run: storeStaged, argument: storedModels }, ...before],
  ...[click("#open-picker"), { run: scrollToStaged, argument: "#stored-title" }],
];
const downloads: StagedDownload[] = [
  {
    label: "HuggingFaceTB/SmolLM2-1.7B-Instruct",
    state: "running",
    progress: { loadedBytes: 1.21e9, totalBytes: 3.42e9, bytesPerSecond: 11.3e6, secondsLeft: 196 },
  },
  {
    label: "someone-with-a-name/Llama-2-7b-chat-hf-with-a-long-name-GPTQ",
    state: "waiting",
    paused: true,
  },
  { label: "HuggingFaceTB/SmolLM2-360M-Instruct", state: "arrived" },
  {
    label: "owner/name",
    state: "failed",
    error: '"model.safetensors" could not be fetched (HTTP 503). Load again later; what has arrived is kept.',
  },
];
const download = { run: downloadStaged, argument: downloads };

const weightAnswer =
  "Quantization keeps each weight in **fewer bits** than it was trained with.\n\n" +
  "- 16 bits: as published\n- 8 bits: half the memory\n- 4 bits: a quarter\n\n" +
  "A group of 32 weights shares one scale, so a weight is\n\n```js\nw = scale * (code - zero)\n```\n\nRead more at https://www.w3.org/TR/webgpu/.";

const sevenB: Partial<Script> = { label: "meta-llama/Llama-2-7b-chat-hf", starters: [] };

export const scenes: Scene[] = [
  { name: "empty", page: "index.html", steps: [stage({})] },
  {
    name: "answering",
    page: "index.html",
    steps: [
      stage({
        answers: ["A springbok leaps with all four feet at once. That is called a pronk, and"],
        holdAnswer: true,
      }),
      ask("What is a pronk?"),
    ],
  },
  {
    name: "conversation",
    page: "index.html",
    steps: [
      stage({
        answers: [
          "I am a very small language model. I run in this tab, on your own graphics processor, and I know a few things about pronk.",
          weightAnswer,
        ],
      }),
      ask("Who are you?"),
      ask("What is quantization?"),
    ],
  },
  {
    name: "conversations",
    page: "index.html",
    steps: [
      stage({ answers: ["A leap with all four feet at once.", "To be seen, it is thought."] }),
      ask("What is a pronk?"),
      ask("Why do springboks do it?"),
      click("[data-action=regenerate]"),
      {
        run: importStaged,
        argument: ["Names for a cat", "Bread without yeast, and how long it has to stay in the oven", "Regex"],
      },
      click("#open-list"),
    ],
  },
  {
    name: "markdown",
    page: "index.html",
    steps: [stage({ answers: [markdownSample] }), ask("Show me everything.")],
  },
  {
    name: "settings",
    page: "index.html",
    steps: [stage({}), click("[data-action=settings]")],
  },
  {
    name: "meters",
    page: "index.html",
    steps: [stage({ answers: ["A leap."] }), ask("What is a pronk?"), click("[data-action=meters]")],
  },
  { name: "keys", page: "index.html", steps: [stage({}), click("[data-action=keys]")] },
  {
    name: "attachments",
    page: "index.html",
    steps: [
      stage({ answers: ["Both are about springboks."] }),
      attach(files.slice(0, 1)),
      click("[data-action=send]"),
      attach([...files, { name: "photo.png", text: "\0" }]),
      click(".composer .attachment summary"),
    ],
  },
  {
    name: "too-long",
    page: "index.html",
    steps: [stage({}), attach([{ name: "all-of-it.md", text: "word ".repeat(6000) }])],
  },
  {
    name: "thought",
    page: "index.html",
    steps: [
      stage({ answers: ["<think>\nThe animal, or the library?\n</think>\n\nA leap with all four feet at once."] }),
      ask("What is a pronk?"),
    ],
  },
  { name: "picker", page: "index.html", steps: [stage({}), click("#open-picker")] },
  { name: "stored", page: "index.html", steps: [...pickStored(), click(`${storedMenu} summary`)] },
  {
    name: "stored-verifying",
    page: "index.html",
    steps: [
      ...pickStored({ run: stallWorkers, argument: undefined }),
      click(`${storedMenu} [data-action=verify-model]`),
    ],
  },
  {
    name: "stored-damaged",
    page: "index.html",
    steps: [...pickStored(), click(`${storedMenu} [data-action=verify-model]`)],
  },
  {
    name: "stored-verified",
    page: "index.html",
    steps: [...pickStored(), click(".stored li:last-child [data-action=verify-model]")],
  },
  { name: "downloads", page: "index.html", steps: [stage({}), download] },
  { name: "downloads-picker", page: "index.html", steps: [stage({}), download, click("#open-picker")] },
  {
    name: "loading",
    page: "index.html",
    steps: [
      stage({
        ...sevenB,
        holdAt: [
          {
            phase: "download",
            loadedBytes: 5.62e9,
            totalBytes: 13.48e9,
            bytesPerSecond: 41.3e6,
            secondsLeft: 190,
          },
        ],
      }),
    ],
  },
  {
    name: "weights",
    page: "index.html",
    steps: [
      stage({
        label: "alokabhishek/Llama-2-7b-chat-hf-GGUF",
        starters: [],
        autoload: false,
        weightsOffered: ["llama-2-7b-chat-hf.Q4_K_M.gguf", "llama-2-7b-chat-hf.Q5_K_M.gguf"],
        offers: [
          { weights: "llama-2-7b-chat-hf.Q4_K_M.gguf", sizeBytes: 4.08e9, bits: 4.85, gpuBytes: 6.3e9, fits: true },
          { weights: "llama-2-7b-chat-hf.Q5_K_M.gguf", sizeBytes: 4.78e9, bits: 5.68, gpuBytes: 7e9, fits: false },
        ],
      }),
      click("[data-action=load]"),
    ],
  },
  {
    name: "license",
    page: "index.html",
    steps: [
      stage({
        ...sevenB,
        llama2: true,
        evidence: ["The model card says license: llama2.", "LICENSE.txt is the Llama 2 Community License."],
      }),
    ],
  },
  {
    name: "error",
    page: "index.html",
    steps: [
      stage({
        ...sevenB,
        failure: {
          code: "network",
          message: '"config.json" could not be fetched (HTTP 401, GatedRepo).',
          facts: {
            status: 401,
            errorCode: "GatedRepo",
            repository: "meta-llama/Llama-2-7b-chat-hf",
            page: "https://huggingface.co/meta-llama/Llama-2-7b-chat-hf",
            hasToken: false,
          },
        },
      }),
    ],
  },
  {
    name: "no-adapter",
    page: "index.html",
    steps: [
      stage({
        failure: {
          code: "adapter-missing",
          message: "WebGPU is present but gives no adapter: the GPU or its driver is blocked.",
        },
      }),
    ],
  },
  {
    name: "undo",
    page: "index.html",
    steps: [
      stage({ answers: ["A leap with all four feet at once."] }),
      ask("What is a pronk?"),
      click("[data-action=new-chat]"),
    ],
  },
  {
    name: "answer-failed",
    page: "index.html",
    steps: [
      stage({
        answers: ["A leap with all four feet at once, and then"],
        answerFailure: {
          code: "leader-closed",
          message: "The tab that ran the model was closed. Another tab takes over.",
        },
      }),
      ask("What is a pronk?"),
    ],
  },
  {
    name: "continue",
    page: "index.html",
    steps: [
      stage({
        label: "stories",
        dialog: undefined,
        answers: [
          "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.",
        ],
      }),
      click("[data-action=continue]"),
    ],
  },
  {
    name: "embed",
    page: "embed.html",
    fullPage: true,
    steps: [
      stage({ answers: ["A pronk is a leap with all four feet at once."], starters: [] }),
      ask("What is a pronk?"),
    ],
  },
];
