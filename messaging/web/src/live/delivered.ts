import type { Id } from "../contract/types.ts";
import { cursors } from "./cursors.ts";
import type { Line } from "./tabs.ts";

const AFTER_MS = 1_000;
const SPREAD_MS = 1_000;
const MOST = 400;
const toTell = new Set<Id>();
let isTelling = false;

/** Say, a moment later and for all conversations at once, up to where this device has them. */
export function tell(conversationId: Id, connection: Line | null): void {
  toTell.add(conversationId);
  if (isTelling || connection?.ownsSocket() !== true) return;
  isTelling = true;
  setTimeout(() => {
    isTelling = false;
    const ids = [...toTell].slice(0, MOST);
    ids.forEach((id) => toTell.delete(id));
    connection.send({ type: "delivered", heads: Object.fromEntries(ids.map((id) => [id, cursors.at(id) ?? 0])) });
  }, AFTER_MS + Math.random() * SPREAD_MS);
}
