import type { JSX } from "preact";
import { dialog } from "../app/panel.ts";
import type { Known } from "../conversations/store.ts";
import { Icon, type IconName } from "../design/Icon.tsx";
import { t } from "../i18n/t.ts";
import { focusComposer } from "../messages/focus.ts";

/** What whoever has just made an organisation does next; it goes as soon as somebody else is there. */
export function FirstSteps({ conversation }: { conversation: Known }): JSX.Element {
  return (
    <section class="first-steps" aria-label={t("First steps")}>
      <Step icon="people" title={t("Invite people")} why={t("By mail or by a link. They will be in this channel.")} run={() => (dialog.value = "invite")} />
      <Step icon="compose" title={t("Say hello")} why={t("Your first message greets everyone who joins.")} run={() => focusComposer("conversation")} isDone={conversation.last_message_at !== null} />
      <a class="first-step" href="/admin/">
        <Words icon="sliders" title={t("Set up the organisation")} why={t("Sign-in, roles and rules, each explained in the console.")} />
      </a>
    </section>
  );
}

function Step({ icon, title, why, run, isDone = false }: { icon: IconName; title: string; why: string; run: () => void; isDone?: boolean }): JSX.Element {
  return (
    <button type="button" class="first-step" onClick={run}>
      <Words icon={isDone ? "check" : icon} title={title} why={isDone ? t("Done.") : why} />
    </button>
  );
}

function Words({ icon, title, why }: { icon: IconName; title: string; why: string }): JSX.Element {
  return (
    <>
      <Icon name={icon} size={20} />
      <span><strong>{title}</strong><small>{why}</small></span>
    </>
  );
}
