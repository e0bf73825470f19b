import type { JSX } from "preact";
import type { Conversation } from "../contract/types.ts";
import { Icon } from "../design/Icon.tsx";
import { expectation } from "./response.ts";

/** How soon an answer can be expected here, for whoever is about to write. */
export function Expectation({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const minutes = conversation.response_minutes;
  if (minutes === null) return null;
  return <p class="expectation"><Icon name="later" size={14} /> {expectation(minutes)}</p>;
}
