import type { JSX } from "preact";
import { panel } from "../app/panel.ts";
import { Panel } from "../design/Panel.tsx";
import { t } from "../i18n/t.ts";
import { SharedWithMe } from "./SharedWithMe.tsx";

/** What others shared with this person alone, away from any conversation. */
export function GivenPanel(): JSX.Element {
  return (
    <Panel title={t("Shared with me")} onClose={() => (panel.value = null)}>
      <div class="panel-body">
        <SharedWithMe />
      </div>
    </Panel>
  );
}
