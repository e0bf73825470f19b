import { h } from "preact";
import type { StatusView } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { openOverlay } from "../app/overlay.ts";
import { ahead } from "../design/ahead.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { me } from "../people/store.ts";
import { act } from "../transport/acts.ts";
import { statusOf, told, withStatus } from "./store.ts";

const EMPTY: StatusView = { emoji: "", text: "", expires_at: null, dnd_until: null };

/** What this person says of themselves now. */
export const mine = (): StatusView => statusOf(me.peek()?.id ?? null) ?? EMPTY;

/** Say something of oneself; true when the server took it. */
export async function setStatus(status: StatusView): Promise<boolean> {
  try {
    const now = await act<StatusView>("PUT", "/me/status", status);
    const id = me.peek()?.id;
    if (id !== undefined) told.value = withStatus(told.peek(), id, now);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

const statusDialog = ahead(() => import("./StatusDialog.tsx"));

/** Show the dialog for one's own status. */
export function openStatus(): void {
  void openOverlay(async () => {
    const { StatusDialog } = await statusDialog();
    return (close) => h(StatusDialog, { close });
  });
}

/** Ask not to be disturbed for an hour, or be open again. */
export async function toggleQuiet(): Promise<void> {
  const before = mine();
  const dnd_until = before.dnd_until === null ? new Date(Date.now() + 3_600_000).toISOString() : null;
  if (!(await setStatus({ ...before, dnd_until }))) return;
  toast(dnd_until === null ? t("“Do not disturb” is off.") : t("“Do not disturb” is on for an hour."), "plain", { label: t("Undo"), run: () => void setStatus(before) });
}
