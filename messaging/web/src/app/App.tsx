import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ConversationHeader } from "../conversations/ConversationHeader.tsx";
import { Sidebar } from "../conversations/Sidebar.tsx";
import { conversations, type Known } from "../conversations/store.ts";
import { rereadConversation } from "../conversations/actions.ts";
import { openedMenu } from "../design/menu.ts";
import { Seal } from "../design/Icon.tsx";
import { lazily } from "../design/lazily.tsx";
import { Toasts } from "../design/Toasts.tsx";
import { Announcer, Connection } from "../live/Connection.tsx";
import { TypingLine } from "../live/TypingLine.tsx";
import { ConversationComposer } from "../messages/Composer.tsx";
import { focusComposer } from "../messages/focus.ts";
import { History } from "../messages/History.tsx";
import { shownPerson } from "../people/card.ts";
import { me, titleOf } from "../people/store.ts";
import { opened } from "../reactions/picker.ts";
import { WelcomeActs } from "../conversations/WelcomeActs.tsx";
import { DIALOGS } from "./dialogs.ts";
import { Overlay } from "./Overlay.tsx";
import { dialog, panel } from "./panel.ts";
import { PANELS } from "./panels.ts";
import { route } from "./route.ts";
import { markWindow } from "./title.ts";
import { t } from "../i18n/t.ts";

/** The whole window. */
export function App(): JSX.Element {
  const { conversationId, threadId, messageId } = route.value;
  const conversation = conversationId === null ? undefined : conversations.value.byId.get(conversationId);
  useSignalEffect(markWindow);

  return (
    <div class={`app ${conversationId === null && messageId === null ? "at-home" : "at-conversation"} ${threadId !== null || panel.value !== null ? "has-panel" : ""}`} data-dialog={dialog.value} data-panel={threadId === null ? panel.value : "thread"}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), focusComposer("conversation"))}>{t("Skip to the message field")}</a>
      <Sidebar />
      <main id="main" class="main" aria-label={conversation === undefined ? t("Conversation") : titleOf(conversation)}>
        <Connection />
        <Main conversationId={conversationId} conversation={conversation} messageId={messageId} />
        {openedMenu.value !== null && <ActionMenu />}
      </main>
      <Side conversation={conversation} threadId={threadId} />
      <Dialogs conversation={conversation} />
      {opened.value !== null && <EmojiPicker />}
      {shownPerson.value !== null && <PersonCard />}
      <Overlay />
      <Toasts />
      <Announcer />
    </div>
  );
}

interface MainProps {
  conversationId: string | null;
  conversation: Known | undefined;
  messageId: string | null;
}

function Main({ conversationId, conversation, messageId }: MainProps): JSX.Element {
  useEffect(() => {
    if (conversation === undefined && conversationId !== null && conversations.peek().status === "ready") {
      rereadConversation(conversationId);
    }
    // Whoever writes somewhere already, such as a change of a message, goes on there.
    const isWriting = document.activeElement?.closest("[data-composer]") != null;
    if (!isWriting && matchMedia("(hover: hover)").matches && route.peek().threadId === null && panel.peek() === null && dialog.peek() === null) focusComposer("conversation");
  }, [conversationId, conversation === undefined, conversations.value.status]);

  if (messageId !== null) return <LinkedMessage key={messageId} messageId={messageId} />;
  if (conversationId === null) return <Welcome />;
  if (conversation === undefined) return conversations.value.status === "loading" ? <div class="history" aria-busy="true" /> : <NotAvailable />;
  return (
    <>
      <ConversationHeader conversation={conversation} />
      <History key={conversation.id} conversation={conversation} />
      <div class="writing">
        {conversation.membership === null ? <JoinBar conversation={conversation} /> : <ConversationComposer conversation={conversation} />}
        <TypingLine conversationId={conversation.id} />
      </div>
    </>
  );
}

function Welcome(): JSX.Element {
  const name = me.value?.name.split(" ")[0] ?? "";
  return (
    <div class="welcome">
      <Seal size={56} />
      <h1>{name === "" ? t("Welcome") : t("Good to see you, {name}", { name })}</h1>
      <p>{t("Choose a conversation, or start one.")}</p>
      <WelcomeActs />
    </div>
  );
}

const LinkedMessage = lazily(() => import("../messages/LinkedMessage.tsx").then((module) => module.LinkedMessage));
const NotAvailable = lazily(() => import("../messages/LinkedMessage.tsx").then((module) => module.NotAvailable));
const JoinBar = lazily(() => import("../conversations/JoinBar.tsx").then((module) => module.JoinBar));
const ThreadPanel = lazily(() => import("../messages/ThreadPanel.tsx").then((module) => module.ThreadPanel));
const ActionMenu = lazily(() => import("../design/ActionMenu.tsx").then((module) => module.ActionMenu));
const PersonCard = lazily(() => import("../people/PersonCard.tsx").then((module) => module.PersonCard));
const EmojiPicker = lazily(() => import("../reactions/EmojiPicker.tsx").then((module) => module.EmojiPicker));

function Side({ conversation, threadId }: { conversation: Known | undefined; threadId: string | null }): JSX.Element | null {
  if (threadId !== null && conversation !== undefined) return <ThreadPanel key={threadId} conversation={conversation} rootId={threadId} />;
  if (panel.value === null) return null;
  const Shown = PANELS[panel.value];
  return <Shown conversation={conversation} />;
}

function Dialogs({ conversation }: { conversation: Known | undefined }): JSX.Element | null {
  if (dialog.value === null) return null;
  const Shown = DIALOGS[dialog.value];
  return <Shown conversation={conversation} />;
}
