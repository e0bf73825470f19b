import type { JSX } from "preact";
import type { Message, Reaction } from "../contract/types.ts";
import { listed } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { Icon } from "../design/Icon.tsx";
import { me, nameOf } from "../people/store.ts";
import { toggleReaction } from "./actions.ts";
import { EmojiView } from "./EmojiView.tsx";
import { openPicker } from "./picker.ts";

const MOST_NAMES = 12;

/** The reactions under a message; pressing one adds mine or takes it back. */
export function Reactions({ message, mayReact }: { message: Message; mayReact: boolean }): JSX.Element | null {
  if (message.reactions.length === 0) return null;
  return (
    <div class="reactions" role="group" aria-label={t("Reactions")}>
      {message.reactions.map((reaction) => (
        <button
          key={reaction.emoji}
          type="button"
          class="reaction"
          aria-pressed={reaction.user_ids.includes(me.value?.id ?? "")}
          aria-label={`${reaction.emoji} ${reaction.count}: ${who(reaction)}`}
          title={who(reaction)}
          disabled={!mayReact}
          onClick={() => void toggleReaction(message, reaction.emoji)}
        >
          <span class="emoji"><EmojiView value={reaction.emoji} /></span> <span class="count">{reaction.count}</span>
        </button>
      ))}
      {mayReact && (
        <button type="button" class="reaction add" aria-label={t("Add reaction")} title={t("Add reaction")} onClick={(event) => openPicker(event.currentTarget, (emoji) => void toggleReaction(message, emoji))}>
          <Icon name="smile" size={16} />
        </button>
      )}
    </div>
  );
}

function who(reaction: Reaction): string {
  const names = reaction.user_ids.slice(0, MOST_NAMES).map((id) => (id === me.value?.id ? t("you") : nameOf(id)));
  const rest = reaction.count - names.length;
  return listed(rest > 0 ? [...names, t("{count} more", { count: rest })] : names);
}
