import { Cursors } from "./protocol.ts";

/** Where this page stands in each conversation it follows. */
export const cursors = new Cursors();
