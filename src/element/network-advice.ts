// What a failed request means for the person at the page, by status and the hub's own error code: a name that the hub
// does not know, a gate, a token that is not accepted, a server that is busy, a page's policy, no network.

import type { ErrorFacts } from "../index.ts";
import type { Advice } from "./advice.ts";
import type { FailureStrings } from "./languages/en-failures.ts";

/** `facts` of a PronkError of code `network`. */
export function networkAdvice(facts: ErrorFacts, words: FailureStrings, online: boolean): Advice {
  const { status, errorCode, policy } = facts;
  const interrupted = { ...words.interrupted, retry: true };
  if (policy !== undefined) return { ...words.forbiddenByPage, retry: false, messageShown: true };
  if (facts.part !== undefined) return { ...words.partMissing, retry: true, messageShown: true };
  if (typeof status !== "number") return online ? interrupted : { ...words.offline, retry: true };
  if (status === 429) return { ...words.busy, retry: true };
  if (status >= 500) return { ...words.serverFault, retry: true };
  if (typeof facts.repository !== "string") {
    const isRefused = status === 401 || status === 403;
    return { ...(isRefused ? words.addressRefused : words.nothingThere), retry: true, messageShown: true };
  }
  if (errorCode === "RevisionNotFound" || errorCode === "EntryNotFound") return noSuchPart(facts, words);
  if (errorCode === "RepoNotFound" || status === 404) return unknownName(facts, words);
  if (errorCode === "GatedRepo" || status === 403)
    return { ...words.gated(facts.hasToken === true), retry: true, takesToken: true, link: pageOf(facts, words) };
  return status === 401 ? unauthorized(facts, words) : { ...interrupted, messageShown: true };
}

/** The hub answers this way for a name that nobody has and for a private one: it does not say which. */
const unknownName = (facts: ErrorFacts, words: FailureStrings): Advice => ({
  ...words.unknownName(String(facts.repository), facts.hasToken === true),
  retry: false,
  takesToken: true,
  link: searchFor(facts, words),
});

const unauthorized = (facts: ErrorFacts, words: FailureStrings): Advice =>
  facts.hasToken === true
    ? { ...words.tokenRefused, retry: true, takesToken: true }
    : { ...words.unauthorized(String(facts.repository)), retry: true, takesToken: true, link: pageOf(facts, words) };

const noSuchPart = (facts: ErrorFacts, words: FailureStrings): Advice => ({
  ...(facts.errorCode === "EntryNotFound" ? words.noSuchFile : words.noSuchVersion),
  retry: false,
  messageShown: true,
  link: pageOf(facts, words),
});

const pageOf = ({ page }: ErrorFacts, words: FailureStrings): Advice["link"] => linkTo(words.modelPage, page);

function searchFor({ page, repository }: ErrorFacts, words: FailureStrings): Advice["link"] {
  const name = String(repository).split("/")[1] ?? "";
  const search = URL.canParse(String(page)) ? new URL(`/models?search=${encodeURIComponent(name)}`, String(page)) : "";
  return linkTo(words.searchHub, String(search));
}

/** Only a web address: it comes from an option. */
function linkTo(text: string, href: unknown): Advice["link"] {
  return typeof href === "string" && /^https?:\/\//.test(href) ? { text, href } : undefined;
}
