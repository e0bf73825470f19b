import type { JSX } from "preact";
import type { Message } from "../contract/types.ts";
import { Icon } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";

/** Says above a message that it matters more than others. */
export function PriorityNote({ message }: { message: Message }): JSX.Element | null {
  if (message.priority == null) return null;
  const isUrgent = message.priority.level === "urgent";
  return (
    <p class={`priority-note ${isUrgent ? "urgent" : ""}`}>
      <Icon name={isUrgent ? "alert" : "flag"} size={16} /> {isUrgent ? t("Urgent") : t("Important")}
    </p>
  );
}
