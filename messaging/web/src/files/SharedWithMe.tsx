import type { JSX } from "preact";
import { t } from "../i18n/t.ts";
import { Listing } from "./Listing.tsx";

/** The files that others shared with this person or a group of theirs, wherever they stand. */
export function SharedWithMe(): JSX.Element {
  return <Listing path="/shared-files" empty={t("Nobody has shared a single file with you yet.")} />;
}
