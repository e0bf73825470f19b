import type { ComponentType } from "preact";
import type { Known } from "../conversations/store.ts";

/** What dialogs and panels are given: the open conversation, where one is open. */
export interface PartProps {
  conversation: Known | undefined;
}

/** A part that is about a conversation; without one there is nothing to draw. */
export function inConversation(Part: ComponentType<{ conversation: Known }>): ComponentType<PartProps> {
  return function InConversation({ conversation }: PartProps) {
    return conversation === undefined ? null : <Part conversation={conversation} />;
  };
}
