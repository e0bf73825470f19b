import { signal } from "@preact/signals";
import type { HintView, SharedFileView } from "../contract/generated.ts";
import type { Conversation, SearchHit, User } from "../contract/types.ts";

export type Tab = "messages" | "files" | "people" | "channels";
export type Sort = "relevant" | "newest";

export interface Search {
  q: string;
  /** Only in the conversation that is open. */
  isHere: boolean;
  tab: Tab;
  sort: Sort;
  status: "idle" | "loading" | "ready" | "error";
  hits: readonly SearchHit[];
  files: readonly SharedFileView[];
  people: readonly User[];
  channels: readonly Conversation[];
  next: string | null;
  hints: readonly HintView[];
  /** What the server says is wrong with the search. */
  problem: string | null;
}

export const NOTHING = { hits: [], files: [], people: [], channels: [], next: null, hints: [], problem: null } as const;

export const search = signal<Search>({ q: "", isHere: false, tab: "messages", sort: "relevant", status: "idle", ...NOTHING });
