import { Cursors } from "./protocol.ts";
import { skips } from "./store.ts";

/** Where this page stands in each conversation it follows. */
export const cursors = new Cursors(() => void (skips.value += 1));
