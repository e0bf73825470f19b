import type { JSX } from "preact";
import type { Id } from "../contract/types.ts";
import { nameOf, people } from "../people/store.ts";

const TINTS = 8;

/** The same person has the same tint everywhere and always. */
function tintOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % TINTS;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}

/** A person's picture, or their initials on their tint. Beside the name, so it is hidden from screen readers. */
export function Avatar({ userId, size = "m" }: { userId: Id | null; size?: "s" | "m" | "l" }): JSX.Element {
  const url = userId === null ? null : (people.value.get(userId)?.avatar_url ?? null);
  const name = nameOf(userId);
  return (
    <span class={`avatar ${size} tint-${tintOf(userId ?? "")}`} aria-hidden="true">
      {url === null ? initials(name) : <img src={url} alt="" />}
    </span>
  );
}
