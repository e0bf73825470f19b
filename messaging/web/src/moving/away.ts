import type { Id, MoveView } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { navigate } from "../app/route.ts";
import { t, tn } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { toast } from "../design/toast.ts";
import { titleOf } from "../people/store.ts";
import { actOnce } from "../transport/acts.ts";

/** Let messages stand in another conversation; true when the server did it. The events that follow show it. */
export async function moveAway(ids: readonly Id[], to: Id): Promise<boolean> {
  try {
    const done = await actOnce<MoveView>(`/conversations/${to}/moved-messages`, { message_ids: ids });
    const target = conversations.peek().byId.get(to);
    const name = target === undefined ? "…" : titleOf(target);
    toast(tn("Moved {count} message to {name}.", "Moved {count} messages to {name}.", done.message_ids.length, { name }), "plain", { label: t("Undo"), run: () => void undo(done.id) });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Put everything back where it stood. */
export async function undo(moveId: Id): Promise<void> {
  try {
    const { message_ids: ids, from_id: from } = await actOnce<MoveView>(`/moves/${moveId}/undo`);
    const [first] = ids;
    toast(t("Moved back."), "plain", first === undefined ? null : { label: t("Show"), run: () => navigate(ids.length === 1 ? { messageId: first } : { conversationId: from }) });
  } catch (error) {
    complain(error, () => undo(moveId));
  }
}
