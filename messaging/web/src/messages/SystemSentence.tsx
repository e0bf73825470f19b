import type { ComponentChildren, JSX } from "preact";
import type { Message } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { dayName } from "../app/text.ts";
import { lazily } from "../design/lazily.tsx";
import { t, te } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { plain } from "./plain.ts";
import { lineOf } from "./system.ts";

const MovedLine = lazily(async () => (await import("../moving/MovedLine.tsx")).MovedLine);

interface Told {
  message: Message;
  name: JSX.Element;
  value: string;
}

type Sentence = (told: Told) => ComponentChildren;

const person = (id: string): JSX.Element => <bdi class="name">{nameOf(id)}</bdi>;
const quoted = (value: string): JSX.Element => <bdi>{value}</bdi>;

/** The button that leads to a message which a line tells of. */
const go = (messageId: string): JSX.Element => <button type="button" class="link-button" onClick={() => navigate({ messageId })}>{t("Show it")}</button>;

/** A whole sentence for every subject of the system's lines. */
const SENTENCES: Record<string, Sentence> = {
  joined: ({ name }) => te("{name} joined.", { name }),
  left: ({ name }) => te("{name} left.", { name }),
  added: ({ name, value }) => te("{name} added {other}.", { name, other: person(value) }),
  removed: ({ name, value }) => te("{name} removed {other}.", { name, other: person(value) }),
  created: ({ name }) => te("{name} opened this conversation.", { name }),
  archived: ({ name }) => te("{name} archived this channel.", { name }),
  restored: ({ name }) => te("{name} brought this channel back from the archive.", { name }),
  renamed: ({ name, value }) => (value === "" ? te("{name} renamed this channel.", { name }) : te("{name} renamed this channel to {value}.", { name, value: quoted(value) })),
  topic: ({ name, value }) => (value === "" ? te("{name} removed the topic.", { name }) : te("{name} set the topic: {value}", { name, value: quoted(value) })),
  purpose: ({ name, value }) => (value === "" ? te("{name} removed the purpose.", { name }) : te("{name} set the purpose: {value}", { name, value: quoted(value) })),
  converted: ({ name }) => te("{name} turned this conversation into a private channel.", { name }),
  // At noon, so that the day is the same one everywhere.
  idle: ({ value }) => te("Nobody has written here for a long time. Unless somebody does, this channel will be archived on {day}.", { day: dayName(`${value}T12:00:00Z`) }),
  made_private: ({ name }) => te("{name} made this channel private.", { name }),
  pinned: ({ name, value }) => (value === "" ? te("{name} pinned a message.", { name }) : te("{name} pinned a message. {link}", { name, link: go(value) })),
  unpinned: ({ name }) => te("{name} unpinned a message.", { name }),
  moved_to_thread: ({ name, value }) => te("{name} moved a message to a thread. {link}", { name, link: go(value) }),
  moved_out: ({ name, value }) => te("{name} moved a message out of its thread. {link}", { name, link: go(value) }),
  moved_away: ({ message }) => <MovedLine message={message} />,
  moved_here: ({ message }) => <MovedLine message={message} />,
  bot_add: ({ name }) => te("{name} added an app.", { name }),
  bot_remove: ({ name }) => te("{name} removed an app.", { name }),
  bot_enable: ({ name }) => te("{name} switched an app on.", { name }),
  bot_disable: ({ name }) => te("{name} switched an app off.", { name }),
  reminder_add: ({ name }) => te("{name} set a reminder.", { name }),
  reminder_delete: ({ name }) => te("{name} removed a reminder.", { name }),
  sh_room_created: ({ name }) => te("{name} started a call.", { name }),
  huddle_thread: ({ name }) => te("{name} started a huddle.", { name }),
};

/** What a line of the system says. */
export function SystemSentence({ message }: { message: Message }): JSX.Element {
  const { subject, value, words } = lineOf(message);
  const name = <bdi class="name">{nameOf(message.author_id)}</bdi>;
  if (words !== "") {
    const namesAuthor = message.author_id === null || words.startsWith(`<@${message.author_id}>`);
    return <>{!namesAuthor && <>{name} </>}{plain(words)}</>;
  }
  const sentence = SENTENCES[subject];
  return <>{sentence === undefined ? te("{name} changed something here.", { name }) : sentence({ message, name, value })}</>;
}
