import type { Id, NewTokenView, TokenList, TokenView } from "../contract/generated.ts";
import { ask } from "../transport/http.ts";

export type Token = TokenView;
export type NewToken = NewTokenView;

/** The person's tokens that are good, newest first. */
export const tokens = async (): Promise<readonly Token[]> => (await ask<TokenList>("GET", "/me/tokens")).items;

/** Make a token; the secret is in the answer and nowhere else. */
export const makeToken = (name: string, writes: boolean, days: number): Promise<NewToken> =>
  ask<NewTokenView>("POST", "/me/tokens", { name, days, scopes: writes ? ["read", "write"] : ["read"] });

/** End a token at once. */
export const endToken = (id: Id): Promise<void> => ask<void>("DELETE", `/me/tokens/${id}`);
