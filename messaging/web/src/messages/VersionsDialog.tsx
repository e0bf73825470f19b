import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Message, Page, Version } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { moment } from "../app/text.ts";
import { t } from "../i18n/t.ts";
import { LoadError } from "../design/LoadError.tsx";
import { Modal } from "../design/Modal.tsx";
import { nameOf } from "../people/store.ts";
import { ask, Refused } from "../transport/http.ts";
import { wordDiff, type Piece } from "./diff.ts";
import { versionsOf, type Step } from "./versions.ts";
import "./lists.css";

type State = { kind: "loading" } | { kind: "ready"; steps: Step[] } | { kind: "refused"; words: string } | { kind: "failed" };

/** Every version of a message, the latest first, with what each changed. */
export function VersionsDialog({ message, close }: { message: Message; close: () => void }): JSX.Element {
  const [state, setState] = useState<State>({ kind: "loading" });
  const load = (): void => {
    setState({ kind: "loading" });
    ask<Page<Version>>("GET", `/messages/${message.id}/revisions`).then(
      ({ items }) => setState({ kind: "ready", steps: versionsOf(message, items) }),
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        setState(error.status === 403 ? { kind: "refused", words: explain(error) } : { kind: "failed" });
      },
    );
  };
  useEffect(load, [message.id]);
  return (
    <Modal title={t("Earlier versions")} onClose={close} wide>
      {state.kind === "loading" && <p class="quiet" role="status">{t("Loading…")}</p>}
      {state.kind === "refused" && <p>{state.words}</p>}
      {state.kind === "failed" && <LoadError words={t("The versions could not be loaded.")} onRetry={load} />}
      {state.kind === "ready" && (
        <ol class="message-versions" tabIndex={0} aria-label={t("Earlier versions")}>
          {state.steps.map((step) => <li key={step.at}><Version step={step} /></li>)}
        </ol>
      )}
    </Modal>
  );
}

function Version({ step }: { step: Step }): JSX.Element {
  const pieces: Piece[] = step.before === null ? [{ kind: "same", text: step.text }] : wordDiff(step.before, step.text);
  return (
    <>
      <p class="version-head">{step.before === null ? t("Written by {name}, {when}", { name: nameOf(step.byId), when: moment(step.at) }) : t("Changed by {name}, {when}", { name: nameOf(step.byId), when: moment(step.at) })}</p>
      <p class="version-text" dir="auto">
        {pieces.map((piece, index) => (piece.kind === "added" ? <ins key={index}>{piece.text}</ins> : piece.kind === "removed" ? <del key={index}>{piece.text}</del> : <span key={index}>{piece.text}</span>))}
      </p>
    </>
  );
}
