import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SharedFileView } from "../contract/generated.ts";
import type { Page } from "../contract/types.ts";
import { navigate } from "../app/route.ts";
import { passOver } from "../app/failure.ts";
import { fileSize, shortWhen } from "../app/text.ts";
import { Icon } from "../design/Icon.tsx";
import { IconButton } from "../design/IconButton.tsx";
import { LoadError } from "../design/LoadError.tsx";
import { t } from "../i18n/t.ts";
import { nameOf } from "../people/store.ts";
import { ask, withQuery } from "../transport/http.ts";
import { view } from "./Files.tsx";
import { isShown } from "./kinds.ts";

interface Listed {
  /** Which list it is: another one is not shown in its place while it loads. */
  of: string;
  status: "loading" | "ready" | "error";
  items: readonly SharedFileView[];
  next: string | null;
}

const LOADING: Listed = { of: "", status: "loading", items: [], next: null };

interface Props {
  path: string;
  kind?: string | null;
  /** Another number reads the list again; what is shown stays until then. */
  turn?: number;
  /** Said where there is none. */
  empty: string;
}

/** A list of files that the server keeps, page by page. */
export function Listing({ path, kind = null, turn = 0, empty }: Props): JSX.Element {
  const of = `${path} ${kind ?? ""}`;
  const [last, setListed] = useState<Listed>(LOADING);
  const listed = last.of === of ? last : LOADING;
  const load = async (cursor: string | null, signal?: AbortSignal): Promise<void> => {
    try {
      const { items, next } = await ask<Page<SharedFileView>>("GET", withQuery(path, { kind, cursor, limit: 40 }), undefined, signal);
      setListed((before) => ({ of, status: "ready", items: cursor === null ? items : [...before.items, ...items], next }));
    } catch (error) {
      // Another list was asked for meanwhile.
      if (signal?.aborted === true) return;
      setListed((before) => ({ ...before, of, status: "error" }));
      passOver(error);
    }
  };
  useEffect(() => {
    const controller = new AbortController();
    void load(null, controller.signal);
    return () => controller.abort();
  }, [of, turn]);

  const { status, items, next } = listed;
  if (status === "error") return <LoadError words={t("The files could not be loaded.")} onRetry={() => void load(null)} />;
  if (status === "loading") return <p class="quiet empty" role="status">{t("Loading…")}</p>;
  if (items.length === 0) return <p class="quiet empty">{empty}</p>;
  const files = items.map((item) => item.file);
  return (
    <>
      <ul class="file-list" aria-label={t("Files")}>
        {items.map((item) => (
          <li key={item.file.id}>
            {item.file.thumbnail_url === null ? <span class="file-thumb"><Icon name="file" /></span> : <img class="file-thumb" src={item.file.thumbnail_url} alt="" loading="lazy" />}
            {isShown(item.file) ? (
              <button type="button" class="file-card-name" onClick={() => view(files, item.file)}><Words item={item} /></button>
            ) : (
              <a class="file-card-name" href={item.file.url} download={item.file.name}><Words item={item} /></a>
            )}
            <ToMessage item={item} />
          </li>
        ))}
      </ul>
      {next !== null && <button type="button" class="button more" onClick={() => void load(next)}>{t("Show more")}</button>}
    </>
  );
}

/** To where a file was sent, for whoever sees that. */
function ToMessage({ item }: { item: SharedFileView }): JSX.Element | null {
  const { conversation_id: conversationId, seq, thread_id: threadId } = item;
  if (conversationId === null || seq === null) return null;
  return <IconButton icon="reply" label={t("Show the message of {name}", { name: item.file.name })} onClick={() => navigate({ conversationId, at: seq, threadId })} />;
}

function Words({ item }: { item: SharedFileView }): JSX.Element {
  return <><bdi>{item.file.name}</bdi><small>{t("{name}, {when}, {size}", { name: nameOf(item.author_id), when: shortWhen(item.created_at), size: fileSize(item.file.size_bytes) })}</small></>;
}
