import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { navigate } from "../app/route.ts";
import { t } from "../i18n/t.ts";
import { conversations } from "../conversations/store.ts";
import { groupName } from "../people/groups.ts";
import { WithEmoji } from "../reactions/EmojiView.tsx";
import { me, nameOf, titleOf } from "../people/store.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { Spoiler } from "./Spoiler.tsx";
import { plain } from "./plain.ts";
import { parseMarkdown, type Block, type Cell, type Inline } from "./markdown.ts";

/** A message's text, drawn. Every node is a component's; no HTML string is ever made. */
export const Markdown = memo(function Markdown({ text }: { text: string }): JSX.Element {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <Blocks blocks={blocks} />;
});

/** The words of one line with their shape, mentions and links: what begins a list or a quote elsewhere begins none here. */
export function MarkdownLine({ text }: { text: string }): JSX.Element {
  const [only, ...more] = useMemo(() => parseMarkdown(text), [text]);
  return only?.kind === "paragraph" && more.length === 0 ? <Inlines items={only.children} /> : <>{plain(text)}</>;
}

/** Within a quote or an item, words run as their frame does: its mark stands where they begin. */
function Blocks({ blocks, isFramed = false }: { blocks: readonly Block[]; isFramed?: boolean }): JSX.Element {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} dir={isFramed ? undefined : "auto"} />
      ))}
    </>
  );
}

function BlockView({ block, dir }: { block: Block; dir: "auto" | undefined }): JSX.Element {
  switch (block.kind) {
    case "paragraph":
      return <p dir={dir}><Inlines items={block.children} /></p>;
    case "heading":
      // A heading inside a message must not stand in the page's outline.
      return <p class={`heading level-${block.depth}`} dir={dir}><Inlines items={block.children} /></p>;
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "quote":
      return <blockquote dir="auto"><Blocks blocks={block.children} isFramed /></blockquote>;
    case "rule":
      return <hr />;
    case "list":
      return <ListView list={block} />;
    case "table":
      return <TableView table={block} />;
  }
}

function ListView({ list }: { list: Extract<Block, { kind: "list" }> }): JSX.Element {
  const items = list.items.map((item, index) => (
    <li key={index} dir="auto" class={item.checked === null ? undefined : "task"}>
      {item.checked !== null && <input type="checkbox" checked={item.checked} disabled aria-label={item.checked ? t("done") : t("not done")} />}
      <Blocks blocks={item.children} isFramed />
    </li>
  ));
  return list.ordered ? <ol start={list.start}>{items}</ol> : <ul>{items}</ul>;
}

function TableView({ table }: { table: Extract<Block, { kind: "table" }> }): JSX.Element {
  const cells = (row: readonly Cell[], Tag: "td" | "th"): JSX.Element[] =>
    row.map((cell, index) => (
      <Tag key={index} dir="auto" class={cell.align === null ? undefined : `align-${cell.align}`}>
        <Inlines items={cell.children} />
      </Tag>
    ));
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={t("Table")}>
      <table>
        <thead><tr>{cells(table.head, "th")}</tr></thead>
        <tbody>{table.rows.map((row, index) => <tr key={index}>{cells(row, "td")}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Inlines({ items }: { items: readonly Inline[] }): JSX.Element {
  return (
    <>
      {items.map((item, index) => (
        <InlineView key={index} item={item} />
      ))}
    </>
  );
}

function InlineView({ item }: { item: Inline }): JSX.Element {
  switch (item.kind) {
    case "text":
      return <WithEmoji text={item.text} />;
    case "strong":
      return <strong><Inlines items={item.children} /></strong>;
    case "emphasis":
      return <em><Inlines items={item.children} /></em>;
    case "strike":
      return <del><Inlines items={item.children} /></del>;
    case "spoiler":
      return <Spoiler><Inlines items={item.children} /></Spoiler>;
    case "code":
      return <code dir="ltr">{item.text}</code>;
    case "break":
      return <br />;
    case "link":
      return <a href={item.href} target="_blank" rel="noopener noreferrer nofollow"><Inlines items={item.children} /></a>;
    case "person":
      return <bdi data-person={item.id} class={`mention ${item.id === me.value?.id ? "me" : ""}`}>@{nameOf(item.id)}</bdi>;
    case "group":
      return <bdi class="mention">@{groupName(item.id)}</bdi>;
    case "conversation":
      return <ConversationMention id={item.id} />;
    case "everyone":
      return <bdi class="mention me">@{item.name}</bdi>;
  }
}

function ConversationMention({ id }: { id: string }): JSX.Element {
  const conversation = conversations.value.byId.get(id);
  if (conversation === undefined) return <bdi class="mention">{t("#a channel you are not in")}</bdi>;
  return (
    <a
      class="mention"
      href={`/c/${id}`}
      onClick={(event) => {
        event.preventDefault();
        navigate({ conversationId: id });
      }}
    >
      #<bdi>{titleOf(conversation)}</bdi>
    </a>
  );
}
