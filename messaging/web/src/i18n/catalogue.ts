/** Translations by the English source; for a string that depends on a number, its forms. */
export type Catalogue = Readonly<Record<string, string | readonly string[]>>;

const SOURCE = "en";

let current: Catalogue = {};
let currentLanguage = SOURCE;

/** The strings of the page's language; none for English, which stands in the source. */
export const translations = (): Catalogue => current;

/** The page's language. */
export const language = (): string => currentLanguage;

/** Take these strings from now on; for the loader and for tests. */
export function useCatalogue(name: string, strings: Catalogue): void {
  currentLanguage = name;
  current = strings;
}

/**
 * Load the strings of the page's language, before anything is drawn.
 *
 * The page says where they lie, with a hash of them in the address, so that they are fetched once per release. English has
 * none. Where they cannot be had the client speaks English rather than nothing.
 */
export async function loadCatalogue(): Promise<void> {
  const { lang, dataset } = document.documentElement;
  currentLanguage = lang || SOURCE;
  if (dataset.catalogue === undefined) return;
  const answer = await fetch(dataset.catalogue, { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok !== true) {
    useCatalogue(SOURCE, {});
    return;
  }
  useCatalogue(currentLanguage, (await answer.json()) as Catalogue);
}
