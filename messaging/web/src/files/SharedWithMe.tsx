import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { passOver } from "../app/failure.ts";
import { t } from "../i18n/t.ts";
import { givenChanges, newlyGiven, seeGiven } from "./given.ts";
import { Listing } from "./Listing.tsx";

/** The files that others shared with this person or a group of theirs, wherever they stand. To look at them is to know of them. */
export function SharedWithMe(): JSX.Element {
  const count = newlyGiven.value;
  useEffect(() => void seeGiven().catch(passOver), [count]);
  return <Listing path="/shared-files" turn={givenChanges.value} empty={t("No files have been shared with you yet.")} />;
}
