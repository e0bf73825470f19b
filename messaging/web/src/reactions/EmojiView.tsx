import { Fragment, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import { custom, loadCustom, nameIn } from "./custom.ts";

/** An emoji: itself, or the picture of one of the organisation's own; a name without a picture stays a name. */
export function EmojiView({ value }: { value: string }): JSX.Element {
  const name = nameIn(value);
  useEffect(() => {
    if (name !== null) loadCustom();
  }, [name]);
  const item = name === null ? undefined : custom.value.get(name);
  return item === undefined ? <Fragment>{value}</Fragment> : <img class="custom-emoji" src={item.url} alt={value} title={value} loading="lazy" decoding="async" />;
}

const WRITTEN = /(?<![\w:]):([a-z0-9][a-z0-9_+-]{0,49}):(?![\w:])/g;

/** Text in which the organisation's own emoji are drawn. */
export function WithEmoji({ text }: { text: string }): JSX.Element {
  if (!text.includes(":")) return <Fragment>{text}</Fragment>;
  const parts: (string | JSX.Element)[] = [];
  let last = 0;
  for (const match of text.matchAll(WRITTEN)) {
    parts.push(text.slice(last, match.index), <EmojiView key={match.index} value={match[0]} />);
    last = match.index + match[0].length;
  }
  return <>{parts}{text.slice(last)}</>;
}
