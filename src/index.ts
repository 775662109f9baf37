// The public surface of pronk: exports only.

export type { AnswerStream } from "./api/answer-stream.ts";
export type {
  AnswerDelta,
  ChatAnswer,
  ChatChoice,
  ChatChoiceDelta,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionRequest,
  ChatCompletions,
  ChatFinishReason,
  FunctionCall,
  FunctionCallDelta,
} from "./api/chat-completions.ts";
export type { CustomTool, FunctionTool, ToolChoice } from "./api/function-tools.ts";
export type { ResponseFormat } from "./api/answer-form.ts";
export type { Embedding, EmbeddingRequest, EmbeddingResponse, Embeddings } from "./api/embeddings.ts";
export type { FinishReason, OnLogits, RequestOptions, SamplingFields, Usage } from "./api/completion-request.ts";
export type { RecoveryEvent } from "./api/renewal.ts";
export type { Completion, CompletionChoice, CompletionRequest, Completions } from "./api/completions.ts";
export type {
  AdapterOption,
  Endpoint,
  Engine,
  EngineCache,
  EngineInfo,
  EngineOptions,
  Fallback,
  FitVerdict,
  ModelSummary,
  ModelUpdate,
  SavedCache,
  WeightsOffer,
  StorageReport,
  StoredModel,
  StoredModelInfo,
  VerifyReport,
} from "./api/surface.ts";
export type { AdapterCheck } from "./gpu/adapter-check.ts";
export { createEngine } from "./create-engine.ts";
export { serveFetch, type ServedFetch } from "./http/serve-fetch.ts";
export { PronkError } from "./errors.ts";
export type { ErrorFacts, PronkErrorCode, PronkWarning, PronkWarningCode, SmallerSetup } from "./errors.ts";
export { llama2Attribution } from "./format/license-evidence.ts";
export type { GenerationDefaults, ModelConfig, RopeScaling } from "./format/model-config.ts";
export type { QuantizeChoice } from "./quant/layout.ts";
export type { OnProgress, ProgressEvent, ProgressPhase } from "./source/progress.ts";
export { nameOfModel } from "./source/reference.ts";
export type { ModelReference, ModelSource, SourceFile } from "./source/source.ts";
export type { ForeignPart, RefusalPart, RequestMessage, TextPart } from "./api/request-messages.ts";
export type { ChatMessage, ToolCall } from "./text/tokenizer.ts";
export { DownloadPause } from "./api/download-pause.ts";
export { samplingDefaults } from "./api/sampling-defaults.ts";
export type { ModelShape } from "./inspect.ts";
export { deleteModel, listModels, models } from "./models.ts";
export type { DownloadOptions, ExportOptions, UpdateOptions, VerifyOptions } from "./models.ts";
export { checkAdapter, estimateNeeds, inspectModel, preflight } from "./questions.ts";
export type { PreflightOptions } from "./preflight.ts";
