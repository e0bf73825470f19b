import type { JSX } from "preact";

/** Drawn on a 20-unit grid with a 1.5 stroke; own drawings, so that nothing is fetched. */
const PATHS = {
  hash: "M4 7.500h12.500M3.500 12.500H16M8.200 3.500 6.500 16.500M13.500 3.500l-1.700 13",
  lock: "M5.500 9h9a1 1 0 0 1 1 1v5.500a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1Zm1.500 0V6.500a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  search: "M9 3.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11Zm4 9.500 3.500 3.500",
  close: "m5 5 10 10M15 5 5 15",
  people: "M7.500 9.500a2.750 2.750 0 1 0 0-5.500 2.750 2.750 0 0 0 0 5.500Zm-5 6.500c.4-2.700 2.300-4.200 5-4.200s4.600 1.500 5 4.200M13 4.300a2.600 2.600 0 0 1 0 5M14.500 12c1.800.5 2.800 1.900 3 4",
  smile: "M10 2.750a7.250 7.250 0 1 1 0 14.500 7.250 7.250 0 0 1 0-14.500ZM6.800 11.800c.7 1.300 1.800 2 3.200 2s2.500-.7 3.200-2M7.500 8v.01M12.500 8v.01",
  reply: "M4 4.500h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9.500L6 16.500v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
  pen: "m4 13.500-.5 3 3-.5 9-9-2.500-2.500-9 9Zm7.500-7.500L14 8.500",
  trash: "M4 5.500h12M8 5.500V3.700h4v1.800M5.500 5.500l.7 10.800h7.600l.7-10.800M8.500 8.500v5M11.500 8.500v5",
  link: "M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1-1",
  send: "M3.500 10 16.500 4l-4 12.500-3-5-6-1.500Zm6 1.500L16.500 4",
  down: "M10 4v12m-5-5 5 5 5-5",
  back: "M16 10H4m5-5-5 5 5 5",
  file: "M5.500 2.750h6l3.500 3.500v11h-9.500v-14.500Zm6 0v3.500h3.500",
  dots: "M4.600 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0m5 0a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0m5 0a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0",
  moon: "M16 11.700A6.700 6.700 0 1 1 8.300 4a5.300 5.300 0 0 0 7.700 7.700Z",
  sun: "M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7ZM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M15.700 4.300l-1.100 1.100M5.400 14.600l-1.100 1.100",
  keyboard: "M3 5.500h14v9H3v-9ZM6 8.500v.01M9 8.500v.01M12 8.500v.01M14.500 8.500v.01M7 11.500h6",
  out: "M8 4H4v12h4M12.500 6.500 16 10l-3.500 3.500M16 10H8",
  alert: "M10 3 17.500 16h-15L10 3Zm0 5v4M10 14v.01",
  check: "m4 10.500 4 4 8-9",
  compose: "M16.500 10.500v6h-13v-13h6M8 12l.4-2.400 6.100-6.100 2 2-6.100 6.100L8 12Z",
  unread: "M3.500 5.500h9M3.500 5.500v9h13V9.500M3.500 5.500l6.500 5 2.500-2M16 3.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600Z",
  browse: "M3.500 5h13M3.500 10h8M3.500 15h5M14 12.500v5M11.500 15h5",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words; alone it needs a label on the button around it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
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
        d="M16 1.500c1.900 0 2.600 1.500 4.300 2.100s3.300.4 4.700 1.600 1 2.900 1.900 4.400 2.500 2.200 2.900 4-.7 3-.7 4.800.9 3.300 0 4.900-2.600 1.700-3.900 2.900-1.600 3-3.300 3.700-3.100-.4-4.900 0-3.100 1.700-4.900 1.200-2.200-2.100-3.600-3.200-3.200-1.500-4-3.100.1-3.200-.2-4.900-1.700-2.800-1.600-4.700S4.600 12.500 5.300 10.900s.3-3.500 1.700-4.700 3-.5 4.700-1.100S14.100 1.500 16 1.500Z"
      />
      <path fill="none" stroke="var(--desk)" stroke-width="2.100" stroke-linecap="round" d="M20.600 12.200a6 6 0 1 0 0 7.600" />
    </svg>
  );
}
