import type { ComponentType } from "preact";
import { lazily } from "../design/lazily.tsx";
import { inConversation, type PartProps } from "./inside.tsx";
import type { Dialog } from "./panel.ts";

/** Every dialog by its name in `panel.ts`. A feature adds a line here and its name there. */
export const DIALOGS: Readonly<Record<NonNullable<Dialog>, ComponentType<PartProps>>> = {
  switcher: lazily(() => import("../conversations/Switcher.tsx").then(({ Switcher }) => Switcher)),
  shortcuts: lazily(() => import("./ShortcutsDialog.tsx").then(({ ShortcutsDialog }) => ShortcutsDialog)),
  browse: lazily(() => import("../conversations/BrowseDialog.tsx").then(({ BrowseDialog }) => BrowseDialog)),
  create: lazily(() => import("../conversations/CreateDialog.tsx").then(({ CreateDialog }) => CreateDialog)),
  direct: lazily(() => import("../conversations/DirectDialog.tsx").then(({ DirectDialog }) => DirectDialog)),
  details: lazily(() => import("../conversations/DetailsDialog.tsx").then(({ DetailsDialog }) => inConversation(DetailsDialog))),
  rules: lazily(() => import("../conversations/RulesDialog.tsx").then(({ RulesDialog }) => inConversation(RulesDialog))),
  convert: lazily(() => import("../conversations/ConvertDialog.tsx").then(({ ConvertDialog }) => inConversation(ConvertDialog))),
  leave: lazily(() => import("../conversations/LeaveDialog.tsx").then(({ LeaveDialog }) => LeaveDialog)),
  section: lazily(() => import("../sidebar/SectionDialog.tsx").then(({ SectionDialog }) => SectionDialog)),
  invite: lazily(() => import("../invitations/InviteDialog.tsx").then(({ InviteDialog }) => InviteDialog)),
  settings: lazily(() => import("../settings/SettingsDialog.tsx").then(({ SettingsDialog }) => SettingsDialog)),
};
