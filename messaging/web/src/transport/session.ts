import { csrfToken } from "./csrf.ts";
import { wipe } from "../offline/wipe.ts";

let leaving = false;

/** Go to the sign-in page and come back to this place afterwards; once, however many answers say so. */
export function leaveForSignIn(): void {
  if (leaving) return;
  leaving = true;
  const here = location.pathname + location.search;
  location.assign(`/accounts/login/?next=${encodeURIComponent(here)}`);
}

/** The server has signed the person out: nothing of theirs stays in this browser either. */
export async function leaveForGood(): Promise<void> {
  await wipe();
  leaveForSignIn();
}

/** Sign out, and leave nothing of the person in this browser. */
export async function signOut(): Promise<void> {
  leaving = true;
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/accounts/logout/";
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrfToken();
  form.append(token);
  document.body.append(form);
  await wipe();
  form.submit();
}
