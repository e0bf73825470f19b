/** Made at build time of emojibase's data: what the picker needs of each emoji, and nothing else. */
declare module "virtual:emojis" {
  /** Unicode, label, short name, group, all words it is found by. */
  const emojis: [string, string, string, number, string][];
  export default emojis;
}

/** The same in another language, as far as there are names in it. */
declare module "virtual:emojis-*" {
  /** By the emoji: what it is called, and other words it is found by. */
  export type EmojiNames = Readonly<Record<string, readonly [string, string]>>;
  const names: EmojiNames;
  export default names;
}

/** Trusted Types, as far as the client uses them: lib.dom does not know them yet. */
declare var trustedTypes: { createPolicy(name: string, rules: { createScriptURL: (input: string) => string }): { createScriptURL(input: string): object } } | undefined;
