import type { NewInvitationView } from "../contract/types.ts";
import { ask } from "../transport/http.ts";

/** What is asked for: an address, or a link for some people. */
export interface Wish {
  email: string;
  role: "member" | "guest";
  most_uses: number;
}

/** Invite one address by mail, or make a link. Throws Refused for the dialog to show. */
export async function invite(wish: Wish): Promise<NewInvitationView> {
  return ask<NewInvitationView>("POST", "/invitations", wish);
}
