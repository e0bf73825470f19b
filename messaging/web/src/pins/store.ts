import { signal } from "@preact/signals";
import type { Id, Message } from "../contract/types.ts";

/** The pins of one conversation: of the one whose panel was opened last. */
export interface Pins {
  conversationId: Id | null;
  status: "loading" | "ready" | "error";
  items: readonly Message[];
}

export const pins = signal<Pins>({ conversationId: null, status: "loading", items: [] });
