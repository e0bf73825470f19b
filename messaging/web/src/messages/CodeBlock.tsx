import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../design/Icon.tsx";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import type { Piece } from "./highlight.ts";

/** The names of highlight.js, folded to the few colours that a page of messages bears. */
const FOLDED: Record<string, readonly string[]> = {
  added: ["addition"],
  removed: ["deletion"],
  comment: ["comment", "quote", "doctag", "meta"],
  keyword: ["keyword", "selector-tag", "template-tag", "tag", "name"],
  string: ["string", "regexp", "symbol", "bullet", "char", "link"],
  number: ["number", "literal"],
  name: ["variable", "template-variable", "attr", "attribute", "property"],
  heading: ["title", "built_in", "type", "section"],
};
const COLOURS = new Map(Object.entries(FOLDED).flatMap(([colour, kinds]) => kinds.map((kind) => [kind, colour] as const)));

/** Code as it was written, coloured once the colours have come, with a button that copies it. */
export function CodeBlock({ language, text }: { language: string; text: string }): JSX.Element {
  const [pieces, setPieces] = useState<readonly Piece[] | null>(null);
  useEffect(() => {
    if (language === "") return undefined;
    let isCurrent = true;
    import("./highlight.ts")
      .then(({ highlight }) => isCurrent && setPieces(highlight(language, text)))
      .catch(() => undefined); // Without its colours code is code still.
    return () => void (isCurrent = false);
  }, [language, text]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("Code copied."));
    } catch {
      toast(t("The browser does not allow copying here. Select the code and copy it."), "danger");
    }
  };

  return (
    <div class="code-block">
      <pre tabIndex={0} dir="ltr" translate={false}><code>{pieces === null ? text : pieces.map(({ text: part, kind }, index) => <Coloured key={index} text={part} kind={kind} />)}</code></pre>
      <button type="button" class="icon-button copy-code" aria-label={t("Copy code")} title={t("Copy code")} onClick={() => void copy()}><Icon name="copy" size={16} /></button>
    </div>
  );
}

function Coloured({ text, kind }: { text: string; kind: string | null }): JSX.Element {
  const colour = COLOURS.get(kind?.split(".")[0] ?? "");
  return colour === undefined ? <>{text}</> : <span class={`code-${colour}`}>{text}</span>;
}
