import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n/t.ts";
import { IconButton } from "./IconButton.tsx";

interface Props {
  title: string;
  detail?: string;
  /** Buttons of its head, before the one that closes it. */
  acts?: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

/** What stands beside the history; on a phone it stands in its place. */
export function Panel({ title, detail, acts, onClose, children }: Props): JSX.Element {
  const id = useId();
  return (
    <aside class="panel" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {detail !== undefined && <bdi class="panel-detail">{detail}</bdi>}
        {acts !== undefined && <div class="panel-acts">{acts}</div>}
        <IconButton icon="close" label={t("Close {title}", { title })} shortcut="Esc" onClick={onClose} />
      </header>
      {children}
    </aside>
  );
}
