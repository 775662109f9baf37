// A search by words, as this page's lists have it: all words of the query, anywhere in the text, whatever their case.

/** Whether a text has them; undefined where the query has no words. */
export function finderOf(query: string): ((text: string) => boolean) | undefined {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  return (text) => {
    const lower = text.toLocaleLowerCase();
    return words.every((word) => lower.includes(word));
  };
}
