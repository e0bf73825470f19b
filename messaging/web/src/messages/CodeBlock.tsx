import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../design/Icon.tsx";
import { toast } from "../design/toast.ts";
import { t } from "../i18n/t.ts";
import type { Piece } from "./highlight.ts";

/** The names of highlight.js, folded to the few colours that a page of messages bears. */
const COLOURS: Record<string, string> = {
  addition: "added", deletion: "removed", comment: "comment", quote: "comment", doctag: "comment",
  keyword: "keyword", "selector-tag": "keyword", "template-tag": "keyword", tag: "keyword", name: "keyword", section: "title",
  string: "string", regexp: "string", symbol: "string", bullet: "string", char: "string", link: "string",
  number: "number", literal: "number", "variable": "name", "template-variable": "name", attr: "name", attribute: "name", property: "name",
  title: "title", "title.class": "title", "title.function": "title", built_in: "title", type: "title", meta: "comment",
};

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
  const colour = kind === null ? undefined : (COLOURS[kind] ?? COLOURS[kind.split(".")[0] ?? ""]);
  return colour === undefined ? <>{text}</> : <span class={`code-${colour}`}>{text}</span>;
}
