import type { Id, Section } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import { act, actOnce } from "../transport/acts.ts";
import { keep, put } from "./actions.ts";
import { ownSections, type Shelf } from "./store.ts";

/** Make a section, with a conversation in it where one is given. Throws Refused for the form to show. */
export async function createSection(name: string, taking: Id | null): Promise<void> {
  const section = await actOnce<Section>("/me/sections", { name });
  if (!ownSections.peek().some(({ id }) => id === section.id)) ownSections.value = [...ownSections.peek(), section];
  if (taking !== null) await keep(taking, { section_id: section.id, is_favourite: false });
}

/** Rename a section. Throws Refused for the form to show. */
export async function renameSection(id: Id, name: string): Promise<void> {
  put(await act<Section>("PATCH", `/me/sections/${id}`, { name }));
}

/** Take a section away; what stood in it goes back to its place. */
export async function removeSection(shelf: Shelf): Promise<void> {
  const { id, name, items } = shelf;
  const ids = items.map((item) => item.id);
  try {
    await act("DELETE", `/me/sections/${id}`);
    ownSections.value = ownSections.peek().filter((section) => section.id !== id);
    toast(t("The section {name} was removed; its conversations are back where they were.", { name }), "plain", { label: t("Undo"), run: () => void restore(name, ids) });
  } catch (error) {
    complain(error, () => removeSection(shelf));
  }
}

async function restore(name: string, ids: readonly Id[]): Promise<void> {
  try {
    await createSection(name, null);
    const section = ownSections.peek().findLast((one) => one.name === name);
    for (const id of ids) if (section !== undefined) await keep(id, { section_id: section.id });
  } catch (error) {
    complain(error, () => restore(name, ids));
  }
}
