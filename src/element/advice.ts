// What a card or a note says of a failure.

/** What a card says of a failure, for people. */
export interface Advice {
  /** What is the matter. */
  title: string;
  /** What to do. */
  text: string;
  /** Whether the same action may succeed without anything else being changed on the page. */
  retry: boolean;
  /** The engine's message says what to do, so it is shown at once and not behind "Details". */
  messageShown?: boolean;
  /** A hub token may help: the card has a field for one. */
  takesToken?: boolean;
  /** Where more can be done. */
  link?: {
    /** Its words. */
    text: string;
    /** Its address. */
    href: string;
  };
}
