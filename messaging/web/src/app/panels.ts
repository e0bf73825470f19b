import type { ComponentType } from "preact";
import { lazily } from "../design/lazily.tsx";
import { inConversation, type PartProps } from "./inside.tsx";
import type { Panel } from "./panel.ts";

/** Every panel by its name in `panel.ts`. A feature adds a line here and its name there. */
export const PANELS: Readonly<Record<NonNullable<Panel>, ComponentType<PartProps>>> = {
  members: lazily(() => import("../conversations/MembersPanel.tsx").then(({ MembersPanel }) => inConversation(MembersPanel))),
  search: lazily(() => import("../search/SearchPanel.tsx").then(({ SearchPanel }) => SearchPanel)),
  files: lazily(() => import("../files/FilesPanel.tsx").then(({ FilesPanel }) => inConversation(FilesPanel))),
  given: lazily(() => import("../files/GivenPanel.tsx").then(({ GivenPanel }) => GivenPanel)),
  pins: lazily(() => import("../pins/PinsPanel.tsx").then(({ PinsPanel }) => PinsPanel)),
  threads: lazily(() => import("../threads/ThreadsPanel.tsx").then(({ ThreadsPanel }) => ThreadsPanel)),
  drafts: lazily(() => import("../drafts/DraftsPanel.tsx").then(({ DraftsPanel }) => DraftsPanel)),
  later: lazily(() => import("../saved/LaterPanel.tsx").then(({ LaterPanel }) => LaterPanel)),
};
