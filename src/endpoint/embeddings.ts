// embeddings over an endpoint: the server's own vectors, in order, as many as there were inputs.

import type { RequestOptions } from "../api/completion-request.ts";
import type { Embedding, EmbeddingResponse, Embeddings } from "../api/embeddings.ts";
import { embeddingFields } from "../api/known-fields.ts";
import { type Fields, requestFields } from "../api/request-fields.ts";
import { fieldsOf, listOf } from "./answer-shape.ts";
import { brokenOff, cannot } from "./endpoint-errors.ts";
import { askWhole, readAsked, type Server } from "./server.ts";

export function embeddingsOver(server: Server): Embeddings {
  async function create(request: unknown, options: RequestOptions = {}): Promise<EmbeddingResponse<number[] | string>> {
    const asked = readAsked(server, "embeddings", requestFields(request), embeddingFields, options);
    if (asked.fields.pooling !== undefined && server.kind !== "pronk")
      throw cannot("pooling", server.address, "how it pools is the server's own setting.");
    const answer = await askWhole(server, "embeddings", asked, options);
    const { input, encoding_format: format } = asked.fields;
    const data = listOf(answer.data)
      .map((item, at): Embedding<number[] | string> => {
        const index = typeof item.index === "number" ? item.index : at;
        return { object: "embedding", index, embedding: item.embedding as number[] | string };
      })
      .sort((one, other) => one.index - other.index);
    const isWhole = ({ embedding }: Embedding<unknown>) =>
      format === "base64" ? typeof embedding === "string" : Array.isArray(embedding);
    if (data.length !== inputsIn(input) || !data.every(isWhole))
      throw brokenOff(server.address, "has no vector for each input");
    const { dimensions } = asked.fields;
    const [{ embedding: first }] = data;
    if (dimensions !== undefined && Array.isArray(first) && first.length !== dimensions)
      throw cannot("dimensions", server.address, `its vectors have ${first.length}.`);
    const tokens = Number(fieldsOf(answer.usage).prompt_tokens) || 0;
    return { object: "list", data, model: server.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  }
  return { create: create as Embeddings["create"] };
}

function inputsIn(input: Fields[string]): number {
  return Array.isArray(input) && typeof input[0] !== "number" ? input.length : 1;
}
