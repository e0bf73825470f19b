import { signal } from "@preact/signals";
import type { EventFrameOf, Id, PriorityView } from "../contract/types.ts";
import { passOver } from "../app/failure.ts";
import { openPanel } from "../app/panel.ts";
import { toast } from "../design/toast.ts";
import { t, tn } from "../i18n/t.ts";
import { me, nameOf } from "../people/store.ts";
import { whoAcknowledged } from "./actions.ts";

/** How often somebody has asked since the page was opened: whoever lists what waits reads it again. */
export const requests = signal(0);

/** What is listed as waiting for this person, while somebody looks at the list. */
export const listed = signal<readonly Id[]>([]);

/** Where a person stands in a request: of many who were asked not all are named, and only the server knows. */
function stands({ waiting_ids: waiting, acknowledged_ids: given, recipient_count: count, is_expired: isOver }: PriorityView, id: Id): "waits" | "not" | "unknown" {
  if (isOver || given.includes(id)) return "not";
  if (waiting.includes(id)) return "waits";
  return waiting.length + given.length < count ? "unknown" : "not";
}

/** Somebody asks, for the first time: whoever may be among those who are asked reads the list again. */
export function asked(priority: PriorityView): void {
  if (stands(priority, me.peek()?.id ?? "") !== "not") requests.value += 1;
}

/** What is listed does not wait any more, or its message is gone (null). */
export function settled(messageId: Id, priority: PriorityView | null): void {
  if (!listed.peek().includes(messageId)) return;
  if (priority === null || stands(priority, me.peek()?.id ?? "") === "not") requests.value += 1;
}

/** Somebody waits for this person. */
export function awaited({ author_id: authorId }: EventFrameOf<"chancery.acknowledgement.requested.v1">["data"]): void {
  ring(authorId);
}

function ring(authorId: Id | null): void {
  requests.value += 1;
  toast(t("{name} is waiting for your acknowledgement.", { name: nameOf(authorId) }), "plain", { label: t("Show"), run: () => openPanel("later") });
}

const MANY = 500;
const SPREAD_MS = 5_000;

/** More were reminded than are told one by one: whoever knows of the message asks whether they are among them. */
export function reminded({ message_id: messageId, priority }: EventFrameOf<"chancery.priority.reminded.v1">["data"], authorId: Id | null): void {
  if (priority === null || priority.recipient_count - priority.acknowledged_count <= MANY) return;
  setTimeout(() => {
    void whoAcknowledged(messageId, 1).then(({ mine }) => {
      if (mine?.acknowledged_at === null) ring(authorId);
    }, passOver);
  }, Math.random() * SPREAD_MS);
}

/** Others have not acknowledged what somebody wrote. */
export function missing({ author_id: authorId, waiting_count: count }: EventFrameOf<"chancery.acknowledgement.missing.v1">["data"]): void {
  toast(tn("{count} person has not acknowledged what {name} wrote.", "{count} people have not acknowledged what {name} wrote.", count, { name: nameOf(authorId) }));
}
