import { ahead } from "../design/ahead.ts";

/** The menu of a conversation; its code comes with its first opening, or when the page has nothing else to do. */
export const conversationMenu = ahead(() => import("./menu.ts").then(({ openConversationMenu }) => openConversationMenu));

/** The person's own menu. */
export const personMenu = ahead(() => import("../app/personMenu.ts").then(({ openPersonMenu }) => openPersonMenu));
