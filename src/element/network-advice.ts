// What a failed request means for the person at the page, by status and the hub's own error code: a name that the hub
// does not know, a gate, a token that is not accepted, a server that is busy, a page's policy, no network.

import type { ErrorFacts } from "../index.ts";
import type { Advice } from "./advice.ts";

const aName = "It reads owner/name, as in the address of the model's page.";
const whereTokensAre = "Tokens are made in the hub's settings, under Access Tokens; one that may read is enough.";

/** `facts` of a PronkError of code `network`. */
export function networkAdvice(facts: ErrorFacts, online: boolean): Advice {
  const { status, errorCode, policy } = facts;
  if (policy !== undefined) return forbiddenByPage;
  if (facts.part !== undefined) return partMissing;
  if (typeof status !== "number") return online ? interrupted : offline;
  if (status === 429) return busy;
  if (status >= 500) return serverFault;
  if (typeof facts.repository !== "string") return status === 401 || status === 403 ? refused : nothingThere;
  if (errorCode === "RevisionNotFound" || errorCode === "EntryNotFound") return noSuchPart(facts);
  if (errorCode === "RepoNotFound" || status === 404) return unknownName(facts);
  if (errorCode === "GatedRepo" || status === 403) return gated(facts);
  return status === 401 ? unauthorized(facts) : { ...interrupted, messageShown: true };
}

/** The hub answers so for a name that nobody has and for one that is private: it does not say which. */
function unknownName(facts: ErrorFacts): Advice {
  return {
    title: `The hub shows no model ${String(facts.repository)}`,
    text:
      `Check the name first. ${aName} ` +
      (facts.hasToken === true
        ? "If it is right, the model is private and the account of your token may not see it."
        : `If it is right, the model is private: give a token of an account that may see it. ${whereTokensAre}`),
    retry: false,
    takesToken: true,
    link: searchFor(facts),
  };
}

function gated(facts: ErrorFacts): Advice {
  return {
    title: "The hub does not hand this model out yet",
    text:
      facts.hasToken === true
        ? "Your token is known there, but its account has not been granted this model, or it may not read gated ones. " +
          "Ask for access on the model's page, or give another token."
        : `It is gated. Accept its terms on the model's page, then give a token of that account. ${whereTokensAre}`,
    retry: true,
    takesToken: true,
    link: pageOf(facts),
  };
}

function unauthorized(facts: ErrorFacts): Advice {
  if (facts.hasToken === true)
    return {
      title: "The hub does not accept this token",
      text: `It may be mistyped, expired or withdrawn. ${whereTokensAre}`,
      retry: true,
      takesToken: true,
    };
  return {
    title: `The hub does not hand out ${String(facts.repository)}`,
    text:
      "Without a token it does not say why: the name may be mistyped, or the model is gated or private. " +
      `Check the name first. ${aName} If it is right, ask for access on the model's page and give a token.`,
    retry: true,
    takesToken: true,
    link: pageOf(facts),
  };
}

const noSuchPart = (facts: ErrorFacts): Advice => ({
  title: facts.errorCode === "EntryNotFound" ? "The model has no such file" : "The model has no such version",
  text: "Its page lists what there is: branches and commits for a version, behind an @; files and folders behind the name.",
  retry: false,
  messageShown: true,
  link: pageOf(facts),
});

const refused: Advice = {
  title: "The server does not hand this out",
  text: "It asks for a permission, and a token goes to the hub only. Use an address that is public.",
  retry: true,
  messageShown: true,
};

const nothingThere: Advice = {
  title: "There is no model at this address",
  text: "The address has to be the folder that holds config.json and the weights, or one file of weights.",
  retry: true,
  messageShown: true,
};

const busy: Advice = {
  title: "The server asks for fewer requests",
  text: "Wait a few minutes, then try again. What has arrived is kept.",
  retry: true,
};

const serverFault: Advice = {
  title: "The server has a problem",
  text: "That is not yours to mend. Try again later; what has arrived is kept, and goes on from there.",
  retry: true,
};

const forbiddenByPage: Advice = {
  title: "This page may not fetch from there",
  text: "Its security policy does not name the address. Whoever runs the page can allow it, as said below.",
  retry: false,
  messageShown: true,
};

const partMissing: Advice = {
  title: "A part of the application is missing",
  text: "It is fetched when a model needs it. Try again; if that does not help, the page was updated meanwhile: reload it.",
  retry: true,
  messageShown: true,
};

const interrupted: Advice = {
  title: "The download was interrupted",
  text: "What has arrived is kept; trying again goes on from there. Check the connection.",
  retry: true,
};

const offline: Advice = {
  title: "The model could not be fetched",
  text: "You seem to be offline. Models that are stored on this device start without a network.",
  retry: true,
};

const pageOf = ({ page }: ErrorFacts): Advice["link"] => linkTo("Model's page", page);

function searchFor({ page, repository }: ErrorFacts): Advice["link"] {
  const name = String(repository).split("/")[1] ?? "";
  const search = URL.canParse(String(page)) ? new URL(`/models?search=${encodeURIComponent(name)}`, String(page)) : "";
  return linkTo("Search the hub", String(search));
}

/** Only an address of the web: it comes from an option. */
function linkTo(text: string, href: unknown): Advice["link"] {
  return typeof href === "string" && /^https?:\/\//.test(href) ? { text, href } : undefined;
}
