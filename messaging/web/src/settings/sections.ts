import type { ComponentType } from "preact";
import type { IconName } from "../design/Icon.tsx";
import { lazily } from "../design/lazily.tsx";
import { t } from "../i18n/t.ts";

/** A page of the settings. A feature adds a line to the table below. */
export interface Section {
  id: string;
  label: () => string;
  icon: IconName;
  Page: ComponentType;
}

export const SECTIONS: readonly Section[] = [
  { id: "profile", label: () => t("Profile"), icon: "person", Page: lazily(() => import("./ProfileSection.tsx").then(({ ProfileSection }) => ProfileSection)) },
  { id: "appearance", label: () => t("Appearance"), icon: "sun", Page: lazily(() => import("./AppearanceSection.tsx").then(({ AppearanceSection }) => AppearanceSection)) },
  { id: "language", label: () => t("Language and time"), icon: "globe", Page: lazily(() => import("./LanguageSection.tsx").then(({ LanguageSection }) => LanguageSection)) },
  { id: "keyboard", label: () => t("Keyboard"), icon: "keyboard", Page: lazily(() => import("./KeyboardSection.tsx").then(({ KeyboardSection }) => KeyboardSection)) },
  { id: "apps", label: () => t("Apps"), icon: "link", Page: lazily(() => import("./AppsSection.tsx").then(({ AppsSection }) => AppsSection)) },
  { id: "tokens", label: () => t("Tokens"), icon: "lock", Page: lazily(() => import("./TokensSection.tsx").then(({ TokensSection }) => TokensSection)) },
];
