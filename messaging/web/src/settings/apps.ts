import type { ConnectedAppList, ConnectedAppView, Id } from "../contract/generated.ts";
import { ask } from "../transport/http.ts";

export type ConnectedApp = ConnectedAppView;

/** The apps that the person lets act for them, by name. */
export const connectedApps = async (): Promise<readonly ConnectedApp[]> => (await ask<ConnectedAppList>("GET", "/me/apps")).items;

/** Take back what the person allowed an app, at once. */
export const disconnect = (id: Id): Promise<void> => ask<void>("DELETE", `/me/apps/${id}`);
