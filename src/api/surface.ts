/// <reference lib="esnext.disposable" preserve="true" />
// The public surface in one page: what `createEngine` takes and gives. The shapes of requests and answers are OpenAI's
// and live in chat-completions.ts and completions.ts beside this file.

import type { PronkError, PronkErrorCode, PronkWarning } from "../errors.ts";
import type { GenerationDefaults, ModelConfig } from "../format/model-config.ts";
import type { AdapterSummary } from "../gpu/adapter-check.ts";
import type { KvFormat, QuantizeChoice } from "../quant/layout.ts";
import type { OnProgress } from "../source/progress.ts";
import type { ModelReference } from "../source/source.ts";
import type { ChatCompletions } from "./chat-completions.ts";
import type { Completions } from "./completions.ts";
import type { DownloadPause } from "./download-pause.ts";
import type { Embeddings } from "./embeddings.ts";
import type { RecoveryEvent } from "./renewal.ts";

/** GPUDevice, where the application has types for WebGPU (TypeScript 6's DOM library, or @webgpu/types). */
export type CallersDevice = typeof globalThis extends { GPUDevice: { prototype: infer Device } } ? Device : object;

/** How a model is loaded, and where it runs. A value that is wrong is refused (`bad-request`). */
export interface EngineOptions {
  /** Told of each phase's bytes, at most five times a second. */
  onProgress?: OnProgress;
  /** Cancels the load; rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * How f32/f16/bf16 weights are kept. `none`: as in the file. Default `auto`: by size and adapter. Weights that are
   * already quantized stay as they are.
   */
  quantize?: "auto" | QuantizeChoice;
  /** Which weights, where a repository has several: "safetensors", a file, or a part of its name such as "Q5_K_M". */
  weights?: string;
  /** KV cache precision. Default `auto`: f32 below 100 M parameters with `quantize: "none"`, else f16; q8 is opt-in. */
  kv?: "auto" | KvFormat;
  /**
   * Positions to allocate; default the model's own (max_position_embeddings), less where the GPU is small. More than the
   * model was made for, its rope scaling counted in, is refused (`bad-request`): it would answer nonsense.
   */
  contextLength?: number;
  /**
   * LoRAs that a request may name with `adapter`; a request that names none gets the model as it is. They are loaded after the
   * model, and stay beside it: docs/adapters.md.
   */
  adapters?: readonly AdapterOption[];
  /** Access token for gated hub repositories; held in memory only. */
  token?: string;
  /** Default true: run in a module worker. A Worker made by the caller is used as it is. */
  worker?: boolean | Worker;
  /** The caller's own device; implies `worker: false`. */
  device?: CallersDevice;
  /**
   * A tokenizer file where the model has none (llama2.c's .bin): bytes with their file name. `optional`: a model without
   * one still loads, and takes and gives ids only.
   */
  tokenizer?:
    | {
        /** `tokenizer.json`, `tokenizer.model` or `tokenizer.bin`. */
        name: string;
        /** All of it. */
        bytes: Uint8Array;
      }
    | "optional";
  /**
   * What not to use, for tests and fault finding: optional features (`subgroups`, `shader-f16`), raised `limits`, `fusion`
   * of operations, `run-ahead`, `sums` of what was uploaded.
   */
  without?: readonly string[];
  /** Decoding steps in flight, 1 to 8. By default it adapts, so that about 100 ms of work are under way. */
  runAhead?: number;
  /**
   * "auto": if the newest tokens occurred earlier in prompt or answer, up to seven that followed them there are computed along
   * with the next token, and kept as far as they would have been chosen one by one: the answer is the same. A small model of
   * the same vocabulary drafts any text; it is loaded beside this one: docs/library.md. Default false.
   */
  drafts?: "auto" | false | DraftOption;
  /**
   * Answers computed at the same time, 1 to 8, each as it would be alone: a step reads the weights once for all of them, also
   * where they have different adapters. More wait their turn, first come, first served. Default 8.
   */
  sequences?: number;
  /** Default true: keep the weights in IndexedDB. False streams them to the GPU only. */
  store?: boolean;
  /**
   * One engine for all tabs of this origin that load the same model with the same options: in a shared worker or, where
   * those lack WebGPU, in one tab that leads. `leader` forces the second way. Default false. For models by name or address.
   */
  share?: boolean | "leader";
  /** Another hub than huggingface.co: a mirror of its API, e.g. your own. */
  hubUrl?: string;
  /** SHA-256 (hex) by file, for sources that publish none; wins over what the source says. */
  hashes?: Readonly<Record<string, string>>;
  /** Holds the download while it is paused. */
  pause?: DownloadPause;
  /**
   * Default true: when the GPU is lost, the worker dies or the tab that leads is closed, the engine asks for another, for up
   * to three minutes, fills it from what is stored (else from the source) and resumes with the same tokens. False: its calls
   * end with the error. A caller's own `device` or `worker` is never replaced.
   */
  recover?: boolean;
  /** Told when the GPU, the worker or the leading tab is lost, and what becomes of it. */
  onRecovery?: (event: RecoveryEvent) => void;
  /**
   * A server that answers where this device cannot run the model: no WebGPU, an adapter too small or too little memory, by
   * `preflight` or as it loads. Only with consent, since what is asked then leaves the device; `info.where` says so.
   */
  fallback?: Fallback;
}

/** A LoRA for `createEngine`. */
export interface AdapterOption {
  /** Named as a model is: `owner/name[@revision]`, a URL, picked files, a folder. PEFT's folders and llama.cpp's GGUF. */
  model: ModelReference;
  /** What requests call it. Default: its label, such as `owner/name` or the folder's name. */
  name?: string;
  /** Multiplies what it changes. Default 1. */
  scale?: number;
}

/** A model that drafts for another, for `createEngine`. */
export interface DraftOption {
  /** Named as a model is: `owner/name[@revision]`, a URL, picked files, a folder. Its tokens must be the other's, by id. */
  model: ModelReference;
  /** As the option of the same name, for this model. */
  quantize?: EngineOptions["quantize"];
}

/** An OpenAI-compatible server, for `createEngine` in a model's place: docs/endpoint.md. */
export interface Endpoint {
  /**
   * Its address, before `/chat/completions`: `https://…/v1`, or a path of the page's own origin. Plain http reaches this
   * machine only. Redirects are not followed.
   */
  endpoint: string;
  /** The server's name for it. Default: the one that it lists, where it lists one. */
  model?: string;
  /** Sent as `Authorization: Bearer`. Held in memory only, and in no error. */
  apiKey?: string;
  /** Sent with each request, and held likewise. */
  headers?: Readonly<Record<string, string>>;
  /** Default false. True: plain http to other machines too, where anyone on the way can read text and key. */
  allowHttp?: boolean;
}

/** A server for when this device cannot run the model, and the consent without which nothing is sent there. */
export interface Fallback extends Endpoint {
  /**
   * `true` if the person already knows that what they write goes to this server; else a function that asks them: it gets why
   * this device cannot, and the server's address without secrets. Unless it gives true, createEngine rejects with that error.
   */
  agree: true | ((why: PronkError, address: string) => boolean | Promise<boolean>);
}

/**
 * An engine over an endpoint does not have what a server does not tell; reading it is a `bad-request`: `config`,
 * `quantize`, `weights`, `kv`, `parameters`, `adapter`.
 */
export interface EngineInfo {
  /** Whether answers are computed on this device, or what is asked is sent to `endpoint`. */
  where: "device" | "endpoint";
  /** With `where: "endpoint"`. */
  endpoint?: {
    /** Its own, without secrets. */
    address: string;
    /** As a fallback: why this device does not answer. */
    instead?: {
      /** The error's. */
      code: PronkErrorCode;
      /** The error in words. */
      message: string;
    };
  };
  /** Its name for people, which answers give as `model`: `owner/name`, a folder or file name. */
  model: string;
  /** Identity of exactly these bytes, as `ModelSource.id`. */
  source: string;
  /** The model's shape. */
  config: ModelConfig;
  /** Sampling as its publisher wants it; pronk's defaults stand in for what is absent. */
  generation: GenerationDefaults;
  /** What pronk made of f32, f16 and bf16 weights; `none`: they are as in the file. */
  quantize: QuantizeChoice;
  /** Which of the source's weights these are. */
  weights: string;
  /** How most of them were quantized by their publisher: `exl2`, `gptq 4 bit`, `Q4_K`; undefined where not at all. */
  scheme: string | undefined;
  /** How keys and values are kept. */
  kv: KvFormat;
  /** The LoRAs that requests may name, in the order in which they were given; absent where there are none. */
  adapters?: {
    /** What requests call it. */
    name: string;
    /** Its own name for people, as `model`. */
    model: string;
    /** Identity of exactly these bytes, as `ModelSource.id`. */
    source: string;
    /** What its change is multiplied by. */
    scale: number;
    /** The model that it was trained on, as its author called it; absent where it does not say. */
    base?: string;
  }[];
  /** The model that drafts for this one; absent where none does. */
  drafts?: {
    /** Its own name for people, as `model`. */
    model: string;
    /** Identity of exactly these bytes, as `ModelSource.id`. */
    source: string;
    /** What it takes beside the other's at the start. */
    gpuBytes: number;
  };
  /** Positions; 0 where an endpoint does not say. */
  contextLength: number;
  /** `llama-2`, `template`, or undefined for a pretrained model that only continues text. */
  dialog: "llama-2" | "template" | undefined;
  /** How many weights the model has. */
  parameters: number;
  /** The GPU, as the browser names it; "" where it does not. */
  adapter: AdapterSummary;
  /** Optional WebGPU features in use. */
  features: string[];
  /** Weights, scratch and a KV cache of some positions: what is taken at the start. */
  gpuBytes: number;
  /** What is taken once the KV cache has grown as far as it may, for several answers at once. */
  mostGpuBytes: number;
  /** In IndexedDB; 0 without a store. */
  storedBytes: number;
  /** What the load took, milliseconds. */
  loadMs: number;
  /** True when no weight byte came from the source. */
  warm: boolean;
  /** Largest number of bytes of weights that the loader held at once. */
  peakChunkBytes: number;
  /** What quantizing here took and lost (on a sample of rows); absent where nothing was, as on a warm start. */
  quantization?: {
    /** How many were quantized. */
    weights: number;
    /** What it took, milliseconds. */
    elapsedMs: number;
    /** How fast it went. */
    weightsPerSecond: number;
    /** Root mean square of the error, as a share of that of the weights. */
    relativeRmsError: number;
    /** The same of each matrix, by its name in the file. */
    matrixErrors: Record<string, number>;
  };
  /** What is wrong with the model's files, though it runs. Usually empty. */
  warnings: PronkWarning[];
}

/** A KV cache in the store, as `engine.cache` tells of it. */
export interface SavedCache {
  /** As it was saved. */
  name: string;
  /** Of the conversation, in tokens. */
  positions: number;
  /** At rest. */
  sizeBytes: number;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/**
 * What the KV cache holds of a conversation, kept in the store until the model is deleted: after a reload, a prompt that
 * begins as that conversation does is not computed again. Calls wait for answers before them. docs/library.md.
 */
export interface EngineCache {
  /**
   * Saves what the last answer left, prompt and answer, in the place of what had this name. Rejects with PronkError:
   * `bad-request` where there is nothing, `storage-missing` where the model is not stored, `storage-full`; what had the name
   * stays then.
   */
  save(name: string): Promise<SavedCache>;
  /**
   * Takes it back. The next prompt that begins the same way finds it; `usage.prompt_tokens_details` says how much. Only what
   * matches exactly is taken. Rejects with PronkError, and prompts are computed anew: `bad-request`, with `facts.field`, where
   * there is none of this name or it was made with another model, revision, quantization, KV format, adapter, GPU or release;
   * `integrity` where it is not what was saved; `out-of-memory`.
   */
  restore(name: string): Promise<SavedCache>;
  /** What is saved for this model in this form, by name. What cannot be read is left out. */
  list(): Promise<SavedCache[]>;
  /** Deletes one, if it is there. */
  delete(name: string): Promise<void>;
}

/** A loaded model's calls, wherever it runs. */
export interface EngineCalls extends AsyncDisposable {
  /** As in OpenAI's client. */
  readonly chat: {
    /** Answers conversations. */
    readonly completions: ChatCompletions;
  };
  /** Continues texts. */
  readonly completions: Completions;
  /** Makes vectors of texts. */
  readonly embeddings: Embeddings;
  /** Keeps the KV cache from one visit to the next. An engine over an endpoint has none, and says so (`bad-request`). */
  readonly cache: EngineCache;
  /** The model's own. Its calls reject with the PronkError that `ended` has, once the engine no longer answers. */
  readonly tokenizer: {
    /** A text's ids; special tokens in it are plain text. `addBos`, default false: begin with the beginning-of-sequence id. */
    encode(text: string, options?: { addBos?: boolean }): Promise<number[]>;
    /** The text of ids; special tokens are left out. */
    decode(ids: readonly number[]): Promise<string>;
  };
  /** What runs, and on what. */
  readonly info: EngineInfo;
  /**
   * Aborted once the engine no longer answers: it was unloaded, or what it ran on was lost and did not come back. The reason
   * is the PronkError that calls in flight and all later ones reject with. An engine that tabs share outlives the tab that
   * ran it.
   */
  readonly ended: AbortSignal;
  /** Frees the GPU and ends the worker. Calls in flight reject. */
  unload(): Promise<void>;
}

/** What `createEngine` gives. */
export interface Engine extends EngineCalls {
  /**
   * Like `fetch`, but answered here: OpenAI's `/v1/chat/completions`, `/v1/completions`, `/v1/responses`, `/v1/embeddings` and
   * `/v1/models`, and `/v1/tokenize` and `/v1/detokenize`, whatever the address before them. Streams are server-sent events;
   * errors have OpenAI's body and a status. For clients that take a fetch:
   * `new OpenAI({ baseURL, apiKey: "-", fetch: engine.fetch })`.
   */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;
}

/** One of several sets of weights, judged by its files' sizes. */
export interface WeightsOffer {
  /** What `EngineOptions.weights` takes. */
  weights: string;
  /** Of the download. */
  sizeBytes: number;
  /** Per weight, on average. */
  bits: number;
  /** Roughly, at the model's own context. */
  gpuBytes: number;
  /** Whether this adapter seems to have room for it. */
  fits: boolean;
}

/** What is known of a model before any weight is fetched. */
export interface ModelSummary {
  /** Identity of exactly these bytes, as `ModelSource.id`. */
  id: string;
  /** Its name for people: `owner/name`, a folder or file name. */
  label: string;
  /** The model's shape. */
  config: ModelConfig;
  /** How many weights it has. */
  parameters: number;
  /** Bytes of weight files at the source. */
  downloadBytes: number;
  /** Whether all of it is already in the store (in any quantization). */
  stored: boolean;
  /** Whether card, LICENSE or configuration say Llama 2, and what said so. */
  llama2: boolean;
  /** What said Llama 2, a sentence each; [] where nothing did. */
  licenseEvidence: string[];
  /** As the hub or the card names it, e.g. `llama2`. */
  license: string | undefined;
  /** Which of the source's weights would be loaded. */
  weights: string;
  /** What `EngineOptions.weights` takes, the default first. */
  weightsOffered: string[];
  /** More about each of them, in the same order; absent for a stored model, as its source was not asked. */
  offers?: WeightsOffer[];
  /** How its publisher quantized it: `exl2`, `gptq 4 bit`, `Q4_K`; undefined where not at all. */
  scheme: string | undefined;
  /** Whether its repository has one; Llama 2's own dialog needs none. */
  hasChatTemplate: boolean;
  /** GPU bytes by quantization at the model's own context, and whether this adapter holds them. */
  needs: {
    /** Which quantization. */
    quantize: QuantizeChoice;
    /** Weights, KV cache and scratch. */
    gpuBytes: number;
    /** Whether this adapter holds them. */
    fits: boolean;
    /** Why not, for people. */
    reason?: string;
  }[];
}

/** A model that the store holds. */
export interface StoredModel {
  /** Identity of exactly these bytes, as `ModelSource.id`; what calls of `models` take. */
  id: string;
  /** Its name for people: `owner/name`, a folder or file name. */
  label: string;
  /** What pronk made of f32, f16 and bf16 weights. */
  quantize: QuantizeChoice;
  /** Which of the source's weights, where they are not its default. */
  weights?: string;
  /** All of it, at rest. */
  sizeBytes: number;
  /** When its download began, milliseconds since 1970. */
  createdAt: number;
  /** When it was loaded last, milliseconds since 1970. */
  usedAt: number;
}

/** More about a stored model, or about one whose download has begun. */
export interface StoredModelInfo extends StoredModel {
  /** Whether all of it is there, verified, and of use to this release; only then is it used. */
  complete: boolean;
  /**
   * Why this release does not use it; absent for what is complete or can be resumed. `misread` (an earlier release left out
   * or mistook a part), `older` and `damaged` are replaced by the next load, which takes from `misread` the bytes that are
   * right; `newer` stays until it is deleted, and is not stored again before that.
   */
  unusable?: "misread" | "older" | "newer" | "damaged";
  /** Bytes at rest; less than `sizeBytes` while the download is not complete. */
  storedBytes: number;
  /** The names under which it was loaded. */
  references: string[];
  /** The names of the KV caches that are saved for it (`engine.cache`); they are deleted with it. */
  savedCaches: string[];
  /** As they are stored. */
  files: {
    /** Below the model's folder. */
    path: string;
    /** All of it. */
    sizeBytes: number;
    /** Blocks, of at most 16 MiB of the source each. */
    rows: number;
  }[];
}

/** What `models.verify` found. A row is a block of a stored file, of at most 16 MiB. */
export interface VerifyReport {
  /** How many were read. */
  rows: number;
  /** And their bytes. */
  checkedBytes: number;
  /** Rows that were not what was stored, and whether each was fetched again. */
  damaged: {
    /** Below the model's folder. */
    file: string;
    /** Which of its rows, from 0. */
    row: number;
    /** Whether it was fetched again. */
    repaired: boolean;
    /** What was wrong, or why it could not be fetched again. */
    reason: string;
  }[];
}

/** What `models.checkUpdate` found. */
export interface ModelUpdate {
  /** Of what is stored; names the commit. */
  id: string;
  /** Its name for people. */
  label: string;
  /** Of what the hub has now. */
  newestId: string;
  /** Whether the hub has another revision. */
  isNewer: boolean;
  /** Weight files of the newer revision, in every stored form, and whether the store has their bytes already. */
  files: {
    /** In the repository. */
    path: string;
    /** All of it. */
    sizeBytes: number;
    /** Whether the store has its bytes. */
    stored: boolean;
  }[];
  /** What an update would fetch, besides the small files. */
  fetchBytes: number;
}

/** How much this origin keeps, how much it may keep, and whether the browser promised not to clear it. */
export interface StorageReport {
  /** What this origin keeps; undefined where the browser does not say. */
  usageBytes: number | undefined;
  /** What it may keep; undefined where the browser does not say. */
  quotaBytes: number | undefined;
  /** Whether the browser promised not to clear it. */
  persisted: boolean;
  /** No store; one of a newer release of the page; what is stored is kept, or may be cleared by the browser. */
  state: "absent" | "newer" | "kept" | "mayGo";
  /** Little room for a model: a private window, or a disk that is nearly full. */
  scarce: boolean;
  /** What this means for the person, in words. */
  message: string;
}

/** Whether a model would fit, told before a byte of its weights moves. */
export interface FitVerdict {
  /** Whether all three fit. */
  fits: boolean;
  /** The form that was judged. */
  quantize: QuantizeChoice;
  /** The positions that were judged. */
  contextLength: number;
  /** Of the browser. */
  storage: {
    /** 0 where nothing would be stored, or all of it already is. */
    neededBytes: number;
    /** Undefined where the browser does not say. */
    availableBytes: number | undefined;
    /** Whether there is room. */
    fits: boolean;
  };
  /** Of the adapter. */
  gpu: {
    /** Weights, KV cache and scratch. */
    neededBytes: number;
    /** Whether there is room. */
    fits: boolean;
  };
  /** Of the device, while it loads. */
  memory: {
    /** Roughly. */
    neededBytes: number;
    /** Roughly; undefined where the browser does not say. */
    deviceBytes: number | undefined;
    /** Whether there is room. */
    fits: boolean;
  };
  /** What is missing, a sentence each. */
  problems: string[];
  /** What would fit instead. */
  alternative?: {
    /** As `EngineOptions.quantize`. */
    quantize: QuantizeChoice;
    /** As `EngineOptions.contextLength`. */
    contextLength: number;
    /** As `EngineOptions.store`. */
    store: boolean;
    /** What would be different, for people. */
    message: string;
  };
}
