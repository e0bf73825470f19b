import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { Message } from "../contract/types.ts";
import { listed, moment, shortWhen } from "../app/text.ts";
import { t, tn } from "../i18n/t.ts";
import { forgive, owe } from "../live/owed.ts";
import { viewerOf } from "../messages/menu.ts";
import { me, nameOf } from "../people/store.ts";
import { closePoll, myVote, vote } from "./actions.ts";

const MOST_NAMES = 8;

/** A poll under its question: answers to choose, and the result as bars that are read out as numbers. */
export function Poll({ message }: { message: Message }): JSX.Element | null {
  const poll = message.poll;
  const id = useId();
  const [mine, setMine] = useState<readonly number[]>([]);
  const isClosed = useClosed(poll?.closes_at ?? null);
  const { canPost, isMine, manages } = viewerOf(message, false);

  useEffect(() => {
    const what = `vote ${id}`;
    let isCurrent = true;
    // Without an answer the poll can still be read.
    owe(what, async () => {
      const options = await myVote(message.id);
      if (isCurrent) setMine(options);
    });
    return () => {
      isCurrent = false;
      forgive(what);
    };
  }, [message.id, poll?.voter_count]);

  if (poll == null) return null;
  const choose = async (option: number): Promise<void> => {
    const before = mine;
    const next = mine.includes(option) ? mine.filter((one) => one !== option) : poll.is_multiple ? [...mine, option] : [option];
    setMine(next);
    if (!(await vote(message, next))) setMine(before);
  };
  return (
    <fieldset class="poll" aria-describedby={`${id}-foot`}>
      <legend class="visually-hidden">{poll.is_multiple ? t("Poll: choose any number of answers") : t("Poll: choose one answer")}</legend>
      {poll.options.map((option, number) => {
        const isChosen = mine.includes(number);
        const share = poll.voter_count === 0 ? 0 : Math.round((100 * option.count) / poll.voter_count);
        const names = option.user_ids.slice(0, MOST_NAMES).map((one) => (one === me.value?.id ? t("you") : nameOf(one)));
        return (
          <label key={number} class={`poll-option ${isChosen ? "chosen" : ""}`} title={names.length > 0 ? listed(names) : undefined}>
            <input type={poll.is_multiple ? "checkbox" : "radio"} name={id} checked={isChosen} disabled={isClosed || !canPost} aria-describedby={`${id}-${number}`} onChange={() => void choose(number)} />
            <span class="poll-text"><bdi>{option.text}</bdi></span>
            <span id={`${id}-${number}`} class="poll-count">{tn("{count} vote, {share} %", "{count} votes, {share} %", option.count, { share })}</span>
            <progress class="poll-bar" max={100} value={share} aria-hidden="true" />
          </label>
        );
      })}
      <p id={`${id}-foot`} class="poll-foot">
        {tn("{count} person has voted", "{count} people have voted", poll.voter_count)}
        {poll.is_anonymous && <> · {t("anonymous")}</>}
        {isClosed ? <> · {t("closed")}</> : poll.closes_at !== null && <> · <time dateTime={poll.closes_at} title={moment(poll.closes_at)}>{t("closes {when}", { when: shortWhen(poll.closes_at) })}</time></>}
        {!isClosed && !poll.is_multiple && mine.length > 0 && canPost && <button type="button" class="link-button" onClick={() => void choose(mine[0] ?? 0)}>{t("Withdraw my vote")}</button>}
        {!isClosed && (isMine || manages) && <button type="button" class="link-button" onClick={() => void closePoll(message)}>{t("End the poll")}</button>}
      </p>
    </fieldset>
  );
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether the time is over; drawn again at the moment when it is. */
function useClosed(closesAt: string | null): boolean {
  const [now, setNow] = useState(() => Date.now());
  const at = closesAt === null ? Infinity : Date.parse(closesAt);
  useEffect(() => {
    const current = Date.now();
    setNow(current);
    if (at === Infinity || at <= current) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(LONGEST_TIMER_MS, at - current + 50));
    return () => clearTimeout(timer);
  }, [at]);
  return at <= now;
}
