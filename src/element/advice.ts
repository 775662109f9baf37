// What a card or a note says of a failure.

export interface Advice {
  title: string;
  text: string;
  /** Whether the same action may succeed without anything else being changed on the page. */
  retry: boolean;
  /** The engine's message says what to do, so it is shown at once and not behind "Details". */
  messageShown?: boolean;
  /** A hub token may help: the card has a field for one. */
  takesToken?: boolean;
  link?: { text: string; href: string };
}
