import type { ComponentType, JSX } from "preact";
import type { Message } from "../contract/types.ts";
import { lazily } from "../design/lazily.tsx";

/** What a message carries besides text and files. Features add a line; its code is fetched when a message first has one. */
interface Extra {
  id: string;
  /** Above the text, where it says how to read it; or below. */
  place: "above" | "below";
  has: (message: Message) => boolean;
  View: ComponentType<{ message: Message }>;
}

const EXTRAS: readonly Extra[] = [
  { id: "priority", place: "above", has: (message) => message.priority != null, View: lazily(async () => (await import("../priority/PriorityNote.tsx")).PriorityNote) },
  { id: "acknowledge", place: "below", has: (message) => message.priority?.asks === true, View: lazily(async () => (await import("../priority/Acknowledge.tsx")).Acknowledge) },
  { id: "poll", place: "below", has: (message) => message.poll != null, View: lazily(async () => (await import("../polls/Poll.tsx")).Poll) },
  { id: "forward", place: "below", has: (message) => message.forward != null, View: lazily(async () => (await import("../forwards/Quotation.tsx")).Quotation) },
  { id: "previews", place: "below", has: (message) => (message.previews ?? []).length > 0, View: lazily(async () => (await import("../previews/Previews.tsx")).Previews) },
];

/** The extras of a message that stand in one place. */
export function Extras({ message, place }: { message: Message; place: Extra["place"] }): JSX.Element | null {
  if (message.deleted_at !== null) return null;
  const shown = EXTRAS.filter((extra) => extra.place === place && extra.has(message));
  return shown.length === 0 ? null : <>{shown.map(({ id, View }) => <View key={id} message={message} />)}</>;
}
