import { h, type ComponentType } from "preact";
import { openOverlay } from "../app/overlay.ts";
import type { Id } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import type { IconName } from "../design/Icon.tsx";
import { ahead } from "../design/ahead.ts";
import { addFiles, chooseFiles } from "../files/uploads.ts";
import { complain } from "../app/failure.ts";
import { openPicker } from "../reactions/picker.ts";
import { placeOf } from "./drafts.ts";

/** The composer as its tools see it. */
export interface Desk {
  kind: "conversation" | "thread" | "edit";
  conversationId: Id;
  threadId: Id | null;
  /** A reply that is to stand in the conversation, too. */
  alsoInConversation: boolean;
  /** What stands in it now, as it would be sent. */
  text: () => string;
  /** Put words in at the caret. */
  insert: (words: string) => void;
  /** What `text` told has gone another way than by sending: empty the composer. */
  clear: () => void;
}

/** A button of the composer. Features add a line to the table below. */
export interface Tool {
  id: string;
  label: () => string;
  icon: IconName;
  shown: (desk: Desk) => boolean;
  run: (desk: Desk, anchor: Element) => void;
}

type DeskDialog = ComponentType<{ desk: Desk; close: () => void }>;

/** Show a dialog that works on a composer; its code is fetched for it. */
function openAt(desk: Desk, load: () => Promise<DeskDialog>): void {
  void openOverlay(async () => {
    const Dialog = await load();
    return (close) => h(Dialog, { desk, close });
  });
}

const pollDialog = ahead(async (): Promise<DeskDialog> => (await import("../polls/PollDialog.tsx")).PollDialog);
const priorityDialog = ahead(async (): Promise<DeskDialog> => (await import("../priority/PriorityDialog.tsx")).PriorityDialog);

export const TOOLS: readonly Tool[] = [
  { id: "attach", label: () => t("Attach files"), icon: "clip", shown: ({ kind }) => kind !== "edit", run: (desk) => chooseFiles((files) => addFiles(placeOf(desk.conversationId, desk.threadId), files)) },
  { id: "emoji", label: () => t("Insert emoji"), icon: "smile", shown: () => true, run: (desk, anchor) => openPicker(anchor, desk.insert) },
  { id: "poll", label: () => t("Ask with a poll"), icon: "poll", shown: ({ kind }) => kind !== "edit", run: (desk) => openAt(desk, pollDialog) },
  { id: "priority", label: () => t("Send with priority"), icon: "flag", shown: ({ kind }) => kind !== "edit", run: (desk) => openAt(desk, priorityDialog) },
  { id: "send-later", label: () => t("Send later"), icon: "later", shown: ({ kind }) => kind !== "edit", run: (desk) => void import("../scheduled/actions.ts").then(({ sendLater }) => sendLater(desk)).catch(complain) },
];

/** The tools of one composer, in the order of the table. */
export const toolsFor = (desk: Desk): Tool[] => TOOLS.filter((tool) => tool.shown(desk));
