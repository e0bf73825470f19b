import { signal } from "@preact/signals";
import type { GroupView, Id, Page } from "../contract/types.ts";
import { t } from "../i18n/t.ts";
import { ask, Refused, withQuery } from "../transport/http.ts";

/** The groups of people that were met so far. */
export const groups = signal<ReadonlyMap<Id, GroupView>>(new Map());

const asked = new Set<Id>();
const strangers = signal<ReadonlySet<Id>>(new Set());

function remember(items: readonly GroupView[]): void {
  groups.value = new Map([...groups.peek(), ...items.map((item) => [item.id, item] as const)]);
}

/** What a group is called in a mention: its handle, or its name where it has none. */
export const callOf = (group: GroupView): string => group.handle ?? group.name;

/** A group's name; asking for an unknown one has it loaded. */
export function groupName(id: Id): string {
  const found = groups.value.get(id);
  if (found !== undefined) return callOf(found);
  if (strangers.value.has(id)) return t("a group");
  if (!asked.has(id)) {
    asked.add(id);
    ask<GroupView>("GET", `/groups/${id}`).then(
      (group) => remember([group]),
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        if (error.isPassing) asked.delete(id);
        else strangers.value = new Set([...strangers.peek(), id]);
      },
    );
  }
  return "…";
}

/** Groups whose name or handle matches, for mentions. */
export async function findGroups(q: string, signal?: AbortSignal): Promise<void> {
  const page = await ask<Page<GroupView>>("GET", withQuery("/groups", { q: q || null, limit: 8 }), undefined, signal);
  remember(page.items);
}
