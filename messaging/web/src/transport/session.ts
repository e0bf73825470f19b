let leaving = false;

/** Go to the sign-in page and come back to this place afterwards; once, however many answers say so. */
export function leaveForSignIn(): void {
  if (leaving) return;
  leaving = true;
  const here = location.pathname + location.search;
  location.assign(`/accounts/login/?next=${encodeURIComponent(here)}`);
}
