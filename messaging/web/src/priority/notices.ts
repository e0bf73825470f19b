import { signal } from "@preact/signals";
import type { EventFrameOf } from "../contract/types.ts";
import { openPanel } from "../app/panel.ts";
import { toast } from "../design/toast.ts";
import { t, tn } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";

/** How often somebody has asked since the page was opened: whoever lists what waits reads it again. */
export const requests = signal(0);

/** Somebody waits for this person. */
export function awaited({ author_id: authorId }: EventFrameOf<"chancery.acknowledgement.requested.v1">["data"]): void {
  requests.value += 1;
  toast(t("{name} waits for your acknowledgement.", { name: nameOf(authorId) }), "plain", { label: t("Show"), run: () => openPanel("later") });
}

/** Others have not acknowledged what somebody wrote. */
export function missing({ author_id: authorId, waiting_count: count }: EventFrameOf<"chancery.acknowledgement.missing.v1">["data"]): void {
  toast(tn("{count} person has not acknowledged what {name} wrote.", "{count} people have not acknowledged what {name} wrote.", count, { name: nameOf(authorId) }));
}
