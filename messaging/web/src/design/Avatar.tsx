import type { JSX } from "preact";
import type { Id } from "../contract/types.ts";
import { me, nameOf, people } from "../people/store.ts";

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

/** Twice the points that each is wide, for sharp screens. */
const POINTS = { s: 48, m: 96, l: 192 };

/** A person's picture over their initials on their tint. Beside the name, so it is hidden from screen readers. A click on one that `opens` shows who that is. */
export function Avatar({ userId, size = "m", opens = false }: { userId: Id | null; size?: "s" | "m" | "l"; opens?: boolean }): JSX.Element {
  const known = userId === null ? undefined : (people.value.get(userId) ?? (me.value?.id === userId ? me.value : undefined));
  const url = known?.avatar_url ?? null;
  return (
    <span class={`avatar ${size} tint-${tintOf(userId ?? "")}`} aria-hidden="true" data-person={opens ? userId : null}>
      {initials(nameOf(userId))}
      {url !== null && <img key={url} src={`${url}&size=${POINTS[size]}`} alt="" loading="lazy" decoding="async" onError={(event) => (event.currentTarget.hidden = true)} />}
    </span>
  );
}
