// Before anything is drawn: where the reader's language is not English the page stays blank until words in it are there,
// instead of being English for a moment (demo/page-language.ts takes the mark away, page.css gives up after a while).
{
  let chosen;
  try {
    chosen = localStorage.getItem("pronk.language");
  } catch {
    // storage refused
  }
  if (!/^en\b/i.test(chosen || navigator.languages[0])) document.documentElement.classList.add("awaits-words");
}
