// What the KV cache of a conversation is saved as, beside its model; and how it goes when the conversation does.

import { models } from "../../index.ts";

const beginning = "conversation ";

export const cacheNameOf = (id: string): string => beginning + id;

export const isCacheName = (name: string): boolean => name.startsWith(beginning);

/** Of every model. Never rejects: where the store can't be used, nothing of it can be had either. */
export const forgetCache = (id: string): Promise<void> => models.deleteCache(cacheNameOf(id)).catch(() => {});
