import type { JSX } from "preact";

/** Drawn on a 20-unit grid with a 1.5 stroke; own drawings, so that nothing is fetched. */
const PATHS = {
  hash: "M4 7.5h12.5M3.5 12.5H16M8.2 3.5 6.5 16.5M13.5 3.5l-1.7 13",
  lock: "M5.5 9h9a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1Zm1.5 0V6.5a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Zm4 9.5 3.5 3.5",
  close: "m5 5 10 10M15 5 5 15",
  people: "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5Zm-5 6.5c.4-2.7 2.3-4.2 5-4.2s4.6 1.5 5 4.2M13 4.3a2.6 2.6 0 0 1 0 5M14.5 12c1.8.5 2.8 1.9 3 4",
  smile: "M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5ZM6.8 11.8c.7 1.3 1.8 2 3.2 2s2.5-.7 3.2-2M7.5 8v.01M12.5 8v.01",
  reply: "M4 4.5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9.5L6 16.5v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
  pen: "m4 13.5-.5 3 3-.5 9-9-2.5-2.5-9 9Zm7.5-7.5L14 8.5",
  trash: "M4 5.5h12M8 5.5V3.7h4v1.8M5.5 5.5l.7 10.8h7.6l.7-10.8M8.5 8.5v5M11.5 8.5v5",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.7 2.7a3 3 0 0 0 4.3 4.3l1-1",
  send: "M3.5 10 16.5 4l-4 12.5-3-5-6-1.5Zm6 1.5L16.5 4",
  down: "M10 4v12m-5-5 5 5 5-5",
  back: "M16 10H4m5-5-5 5 5 5",
  file: "M5.5 2.75h6l3.5 3.5v11h-9.5v-14.5Zm6 0v3.5h3.5",
  clip: "m15.5 9.5-5.7 5.7a3.5 3.5 0 0 1-5-5l6.4-6.4a2.3 2.3 0 0 1 3.3 3.3l-6.3 6.3a1.1 1.1 0 0 1-1.6-1.6l5.4-5.4",
  download: "M10 3.5v9m-4-4 4 4 4-4M4 16.5h12",
  minus: "M4 10h12",
  dots: "M4.6 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0m5 0a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0m5 0a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0",
  moon: "M16 11.7A6.7 6.7 0 1 1 8.3 4a5.3 5.3 0 0 0 7.7 7.7Z",
  sun: "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1",
  keyboard: "M3 5.5h14v9H3v-9ZM6 8.5v.01M9 8.5v.01M12 8.5v.01M14.5 8.5v.01M7 11.5h6",
  sliders: "M3.5 6H11M15 6h1.5M13 4.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2ZM3.5 14H5M9 14h7.5M7 12.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2Z",
  out: "M8 4H4v12h4M12.5 6.5 16 10l-3.5 3.5M16 10H8",
  alert: "M10 3 17.5 16h-15L10 3Zm0 5v4M10 14v.01",
  check: "m4 10.5 4 4 8-9",
  compose: "M16.5 10.5v6h-13v-13h6M8 12l.4-2.4 6.1-6.1 2 2-6.1 6.1L8 12Z",
  unread: "M3.5 5.5h9M3.5 5.5v9h13V9.5M3.5 5.5l6.5 5 2.5-2M16 3.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z",
  copy: "M7.5 7.5h9v9h-9v-9ZM4.5 12.5h-1v-9h9v1",
  letters: "M2.5 15 6.5 5l4 10M3.9 11.8h5.2M17 9.5V15M17 12.3a2.6 2.7 0 1 1-5.2 0 2.6 2.7 0 0 1 5.2 0",
  bold: "M6 4h5a3 3 0 0 1 0 6H6V4Zm0 6h5.8a3 3 0 0 1 0 6H6v-6",
  italic: "M8.5 4h6M5.5 16h6M11.8 4 8.2 16",
  strike: "M4 10h12M13.8 6.8C13.5 5 12 4 10 4S6.4 5 6.4 6.9M6.2 13.3C6.5 15 8 16 10 16s3.7-1 3.7-2.8",
  code: "m7 6-4 4 4 4M13 6l4 4-4 4",
  codeBlock: "M3.5 4.5h13v11h-13v-11ZM8 8l-2 2 2 2M12 8l2 2-2 2",
  quote: "M4 5v10M8 6.5h8M8 10h8M8 13.5h5",
  bullets: "M4 5.5v.01M4 10v.01M4 14.5v.01M8 5.5h8M8 10h8M8 14.5h8",
  numbers: "M3.5 4.5h1v3M3.5 12.5h1.7l-1.7 3h1.7M9 6h7.5M9 10h7.5M9 14h7.5",
  eye: "M2.5 10s2.7-4.8 7.5-4.8 7.5 4.8 7.5 4.8-2.7 4.8-7.5 4.8S2.5 10 2.5 10Zm7.5-2.2a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4",
  spoiler: "M2.5 10s2.7-4.8 7.5-4.8 7.5 4.8 7.5 4.8-2.7 4.8-7.5 4.8S2.5 10 2.5 10ZM4 16 16 4",
  person: "M10 10a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5Zm-6 6.5c.6-3.2 2.9-4.7 6-4.7s5.4 1.5 6 4.7",
  globe: "M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5ZM3 10h14M10 2.75c4 4.4 4 10.1 0 14.5-4-4.4-4-10.1 0-14.5",
  gear: "M10 7.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4ZM8.6 2.8h2.8l.4 2 1.5.9 2-.7 1.4 2.4-1.6 1.4v1.9l1.6 1.4-1.4 2.4-2-.7-1.5.9-.4 2.1H8.6l-.4-2.1-1.5-.9-2 .7-1.4-2.4 1.6-1.4V8.8L3.3 7.4 4.7 5l2 .7 1.5-.9.4-2Z",
  flag: "M5 17V3.5h9.5l-2 3.5 2 3.5H5",
  poll: "M4 16.5V10M8 16.5V5.5M12 16.5V8M16 16.5V3.5",
  browse: "M3.5 5h13M3.5 10h8M3.5 15h5M14 12.5v5M11.5 15h5",
  pin: "M7.5 3h5l-.5 5 2.5 2.5v1h-9v-1L8 8l-.5-5ZM10 11.5V17",
  bookmark: "M5.5 3h9v14L10 13.5 5.5 17V3Z",
  bell: "M10 3a4.5 4.5 0 0 1 4.5 4.5c0 4 1.5 5.5 1.5 5.5H4s1.5-1.5 1.5-5.5A4.5 4.5 0 0 1 10 3ZM8.5 15.5a1.6 1.6 0 0 0 3 0",
  later: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm0 3v4.5l3 1.5",
  threads: "M3 4h11v7H7.5L5 13.5V11H3V4ZM17 7v7h-2v2.5L12.5 14H9",
  forward: "M12 5.5 16.5 10 12 14.5M16 10H8.5c-3 0-5 1.5-5 5",
  move: "M3 10h10M9 6l4 4-4 4M16.5 4v12",
  history: "M4 10a6.5 6.5 0 1 0 2-4.7M3.5 3.5v3.2h3.2M10 6.8V10l2.5 1.5",
  star: "m10 3 2.1 4.4 4.9.6-3.6 3.4.9 4.8L10 13.8l-4.3 2.4.9-4.8L3 8l4.9-.6L10 3Z",
  muted: "M8.5 4.3A4.5 4.5 0 0 1 14.5 8.5c0 1.2.1 2.2.3 3M5.7 7.2c-.6 4-1.7 5.8-1.7 5.8h9M8.5 16a1.6 1.6 0 0 0 3 0M3.5 3.5l13 13",
  fold: "m6 8 4 4 4-4",
  speaker: "M4 8v4h2.5L15 16V4L6.5 8H4ZM7 12.5 8 16h1.5l-.7-2.7M17 8.5v3",
  undo: "M7 4 3.5 7.5 7 11M4 7.5h8a4.5 4.5 0 0 1 0 9H8",
} as const;

export type IconName = keyof typeof PATHS;

/** Those that point along the line of writing look the other way where it runs from right to left. */
const FLIPPED: ReadonlySet<IconName> = new Set(["back", "send", "out", "reply", "bullets", "numbers", "quote", "browse"]);

/** A picture beside words; alone it needs a label on the button around it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class={FLIPPED.has(name) ? "icon flips" : "icon"} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The mark of the house. */
export function Seal({ size = 26 }: { size?: number }): JSX.Element {
  return (
    <svg class="seal" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M16 1.5c1.9 0 2.6 1.5 4.3 2.1s3.3.4 4.7 1.6 1 2.9 1.9 4.4 2.5 2.2 2.9 4-.7 3-.7 4.8.9 3.3 0 4.9-2.6 1.7-3.9 2.9-1.6 3-3.3 3.7-3.1-.4-4.9 0-3.1 1.7-4.9 1.2-2.2-2.1-3.6-3.2-3.2-1.5-4-3.1.1-3.2-.2-4.9-1.7-2.8-1.6-4.7S4.6 12.5 5.3 10.9s.3-3.5 1.7-4.7 3-.5 4.7-1.1S14.1 1.5 16 1.5Z"
      />
      <path fill="none" stroke="var(--desk)" stroke-width="2.1" stroke-linecap="round" d="M20.6 12.2a6 6 0 1 0 0 7.6" />
    </svg>
  );
}
