// Where an endpoint is, and what goes there with each request. Its secrets (key, headers, a query) are held only here, and
// removed from what a server says before that is passed on.

import type { Endpoint } from "../api/surface.ts";
import { badField } from "../api/request-fields.ts";
import { PronkError } from "../errors.ts";
import { placeOf } from "../source/reference.ts";

const shortestSecret = 4; // characters; "-" is what clients send where no key is asked for

export class Address {
  /** For people: without user name, password or query. */
  readonly place: string;
  readonly #url: URL;
  readonly #headers: Headers;
  readonly #secrets: readonly string[];

  /** Throws PronkError bad-request, which repeats neither key nor headers. `base` is the page's address. */
  constructor({ endpoint, apiKey, headers = {}, allowHttp }: Endpoint, base = pageUrl()) {
    this.#url = readUrl(endpoint, base, allowHttp === true);
    this.place = placeOf(this.#url);
    if (apiKey !== undefined && typeof apiKey !== "string")
      throw new PronkError("bad-request", '"apiKey" must be a text.', { field: "apiKey" });
    const given = apiKey === undefined ? { ...headers } : { ...headers, authorization: `Bearer ${apiKey}` };
    try {
      this.#headers = new Headers(given);
    } catch {
      // The caught error's message would repeat the value.
      const field = apiKey === undefined ? "headers" : "apiKey or headers";
      throw new PronkError(
        "bad-request",
        `"${field}" cannot be sent: a header is a name and a line of Latin letters.`,
        { field },
      );
    }
    this.#secrets = [apiKey, ...Object.values(headers), ...this.#url.searchParams.values()]
      .filter((secret) => typeof secret === "string" && secret.length >= shortestSecret)
      .sort((one, other) => other!.length - one!.length) as string[];
  }

  urlOf(path: string): URL {
    const url = new URL(this.#url);
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
    return url;
  }

  headers(): Headers {
    return new Headers(this.#headers);
  }

  /** What a server said, without the secrets it was sent. */
  withoutSecrets(text: string): string {
    return this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  }
}

function readUrl(endpoint: unknown, base: string | undefined, allowHttp: boolean): URL {
  if (typeof endpoint !== "string" || !URL.canParse(endpoint, base))
    throw badField(
      "endpoint",
      "the address of a server, https://…/v1",
      typeof endpoint === "string" ? placeOf(endpoint) : endpoint,
    );
  const url = new URL(endpoint, base);
  if (url.username || url.password)
    throw new PronkError(
      "bad-request",
      '"endpoint" must be without a name and password. Give the key as apiKey, or in headers.',
      { field: "endpoint" },
    );
  const isHttp = url.protocol === "http:";
  if (url.protocol !== "https:" && !isHttp) throw badField("endpoint", "an address with https", placeOf(url));
  if (isHttp && !allowHttp && !isLoopback(url.hostname))
    throw new PronkError(
      "bad-request",
      `"endpoint" must have https: over plain http anyone on the way reads text and key (${placeOf(url)}). Where that is meant, set allowHttp.`,
      { field: "endpoint", expected: "https, or http to this machine", found: placeOf(url) },
    );
  url.hash = "";
  return url;
}

const isLoopback = (host: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);

function pageUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}
