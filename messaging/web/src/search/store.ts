import { signal } from "@preact/signals";
import type { SearchHit } from "../contract/types.ts";

export interface Search {
  q: string;
  /** Only in the conversation that is open. */
  isHere: boolean;
  status: "idle" | "loading" | "ready" | "error";
  hits: readonly SearchHit[];
  next: string | null;
}

export const search = signal<Search>({ q: "", isHere: false, status: "idle", hits: [], next: null });
