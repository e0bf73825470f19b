import type { JSX } from "preact";
import type { User } from "../contract/types.ts";
import { Icon } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";

/** Who has been picked so far, each to be taken out again. */
export function Chosen({ users, onChange }: { users: readonly User[]; onChange: (users: readonly User[]) => void }): JSX.Element | null {
  if (users.length === 0) return null;
  return (
    <ul class="chips" aria-label={t("Chosen people")}>
      {users.map((user) => (
        <li key={user.id}>
          <bdi>{user.name}</bdi>
          <button type="button" aria-label={t("Remove {name}", { name: user.name })} onClick={() => onChange(users.filter((other) => other.id !== user.id))}><Icon name="close" size={14} /></button>
        </li>
      ))}
    </ul>
  );
}
