import { lazily } from "../design/lazily.tsx";

/** The mark beside a name, whose code comes after the names. */
export const StatusMark = lazily(async () => (await import("./StatusMark.tsx")).StatusMark);
