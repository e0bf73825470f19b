import { me, outdated, people, want } from "../people/store.ts";
import { custom, readCustom } from "../reactions/custom.ts";

/** Read again what the organisation's own stream tells of: who is called what, and its emoji. */
export async function rereadOrganisation(): Promise<void> {
  outdate();
  custom.value = new Map((await readCustom()).map((item) => [item.name, item]));
}

/** What is known of everybody may have changed: whoever is on the screen is read again now, the others once they are. */
export function outdate(): void {
  for (const id of people.peek().keys()) outdated.add(id);
  people.value = new Map(people.peek());
  const mine = me.peek()?.id;
  if (mine !== undefined) want(mine);
}
