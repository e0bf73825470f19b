import { t } from "../i18n/t.ts";
import type { IconName } from "../design/Icon.tsx";
import { newlyGiven } from "../files/given.ts";
import { dueCount } from "../saved/store.ts";
import { failedCount } from "../scheduled/store.ts";
import { unreadThreads } from "../threads/store.ts";
import type { Panel } from "./panel.ts";

/** A person's own lists, above the conversations in the sidebar. Features add a line to the table below. */
export interface View {
  id: NonNullable<Panel>;
  icon: IconName;
  label: () => string;
  /** How many things in it ask for the person. */
  count: () => number;
}

export const VIEWS: readonly View[] = [
  { id: "threads", icon: "threads", label: () => t("Threads"), count: () => unreadThreads.value },
  { id: "later", icon: "bookmark", label: () => t("Later"), count: () => dueCount.value },
  { id: "given", icon: "clip", label: () => t("Shared with me"), count: () => newlyGiven.value },
  { id: "drafts", icon: "pen", label: () => t("Drafts and scheduled"), count: () => failedCount.value },
];
