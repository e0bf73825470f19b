import type { EventFrameOf } from "../contract/types.ts";
import { toast } from "../design/toast.ts";
import { t, tn } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";

/** Somebody waits for this person. */
export function awaited({ author_id: authorId }: EventFrameOf<"chancery.acknowledgement.requested.v1">["data"]): void {
  toast(t("{name} waits for your acknowledgement.", { name: nameOf(authorId) }));
}

/** Others have not acknowledged what somebody wrote. */
export function missing({ author_id: authorId, waiting_count: count }: EventFrameOf<"chancery.acknowledgement.missing.v1">["data"]): void {
  toast(tn("{count} person has not acknowledged what {name} wrote.", "{count} people have not acknowledged what {name} wrote.", count, { name: nameOf(authorId) }));
}
