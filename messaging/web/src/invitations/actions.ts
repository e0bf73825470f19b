import type { NewInvitationView } from "../contract/types.ts";
import { explain } from "../app/failure.ts";
import { actOnce } from "../transport/acts.ts";

/** What is asked for: an address, or a link for some people. */
export interface Wish {
  email: string;
  role: "member" | "guest";
  most_uses: number;
}

/** Invite one address by mail, or make a link. Throws Refused for the dialog to show. */
export async function invite(wish: Wish): Promise<NewInvitationView> {
  return actOnce<NewInvitationView>("/invitations", wish);
}

/** How inviting several went: who was invited, and who was not, each with the reason. */
export interface Invited {
  made: readonly NewInvitationView[];
  refused: readonly { email: string; why: string }[];
}

/** Invite addresses one after the other; one that is refused keeps nobody else from being invited. */
export async function inviteAll(emails: readonly string[], role: Wish["role"]): Promise<Invited> {
  const made: NewInvitationView[] = [];
  const refused: { email: string; why: string }[] = [];
  for (const email of emails) {
    try {
      made.push(await invite({ email, role, most_uses: 1 }));
    } catch (refusal) {
      refused.push({ email, why: explain(refusal) });
    }
  }
  return { made, refused };
}
