import { h } from "preact";
import type { Id, Message } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { t } from "../i18n/t.ts";
import { ahead } from "../design/ahead.ts";
import { toast } from "../design/toast.ts";
import { act } from "../transport/acts.ts";

/** Move a message into a thread, or out of its thread; the event that follows shows it. */
export async function move(message: Message, threadId: Id | null): Promise<void> {
  const before = message.thread_id;
  try {
    await act("POST", `/messages/${message.id}/move`, { thread_id: threadId });
    // What had replies of its own cannot be taken apart again by one move back.
    const action = message.reply_count === 0 ? { label: t("Undo"), run: () => void move({ ...message, thread_id: threadId }, before) } : null;
    toast(threadId === null ? t("Moved out of the thread.") : t("Moved to the thread."), "plain", action);
  } catch (error) {
    complain(error, () => move(message, threadId));
  }
}

const awayDialog = ahead(() => import("./AwayDialog.tsx"));
const moveDialog = ahead(() => import("./MoveDialog.tsx"));

/** Ask to which conversation. */
export function askConversation(message: Message): void {
  void openOverlay(async () => {
    const { AwayDialog } = await awayDialog();
    return (close) => h(AwayDialog, { message, close });
  });
}

/** Ask into which thread. */
export function askWhere(message: Message): void {
  void openOverlay(async () => {
    const { MoveDialog } = await moveDialog();
    return (close) => h(MoveDialog, { message, close });
  });
}
