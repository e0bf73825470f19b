import type { JSX } from "preact";
import type { Message } from "../contract/types.ts";
import { complain } from "../app/failure.ts";
import { IconButton } from "../design/IconButton.tsx";
import { t } from "../i18n/t.ts";
import { rereadMessage, take } from "../messages/actions.ts";
import { viewerOf } from "../messages/menu.ts";
import { ask } from "../transport/http.ts";

/** What the pages say of themselves that a message links to. */
export function Previews({ message }: { message: Message }): JSX.Element | null {
  const previews = message.previews ?? [];
  const { isMine } = viewerOf(message, false);
  if (previews.length === 0) return null;
  return (
    <ul class="previews" aria-label={t("Previews of links")}>
      {previews.map((preview) => (
        <li key={preview.id} class="preview">
          <div class="preview-words">
            {preview.site !== "" && <bdi class="preview-site">{preview.site}</bdi>}
            <a href={preview.url} target="_blank" rel="noopener noreferrer nofollow" dir="auto">{preview.title}</a>
            {preview.description !== "" && <p dir="auto">{preview.description}</p>}
          </div>
          {preview.image_url !== null && <img src={preview.image_url} alt="" loading="lazy" decoding="async" width={160} height={90} />}
          {isMine && <IconButton icon="close" label={t("Remove the preview of {title}", { title: preview.title })} onClick={() => void remove(message)} />}
        </li>
      ))}
    </ul>
  );
}

async function remove(message: Message): Promise<void> {
  take({ ...message, previews: [] });
  try {
    await ask("DELETE", `/messages/${message.id}/previews`);
  } catch (error) {
    complain(error);
    rereadMessage(message.conversation_id, message.id);
  }
}
