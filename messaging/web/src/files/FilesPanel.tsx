import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { panel } from "../app/panel.ts";
import type { Known } from "../conversations/store.ts";
import { Panel } from "../design/Panel.tsx";
import { t } from "../i18n/t.ts";
import { titleOf } from "../people/store.ts";
import { Listing } from "./Listing.tsx";
import { SharedWithMe } from "./SharedWithMe.tsx";

type Kind = "images" | "media" | "documents" | "shared" | null;

const KINDS: readonly { kind: Kind; label: () => string }[] = [
  { kind: null, label: () => t("All") },
  { kind: "images", label: () => t("Pictures") },
  { kind: "documents", label: () => t("Documents") },
  { kind: "media", label: () => t("Sound and video") },
  { kind: "shared", label: () => t("Shared with me") },
];

/** Every file of a conversation, newest first; and what was shared with this person from elsewhere. */
export function FilesPanel({ conversation }: { conversation: Known }): JSX.Element {
  const [kind, setKind] = useState<Kind>(null);
  return (
    <Panel title={t("Files")} detail={kind === "shared" ? t("Shared with me") : titleOf(conversation)} onClose={() => (panel.value = null)}>
      <div class="filter-chips" role="group" aria-label={t("Kinds of files")}>
        {KINDS.map((one) => <button key={one.kind} type="button" class="filter-chip" aria-pressed={kind === one.kind} onClick={() => setKind(one.kind)}>{one.label()}</button>)}
      </div>
      <div class="panel-body">
        {kind === "shared" ? (
          <SharedWithMe />
        ) : (
          <Listing path={`/conversations/${conversation.id}/files`} kind={kind} empty={t("No files here yet. Drop one on the conversation, or paste a picture.")} />
        )}
      </div>
    </Panel>
  );
}
