/** Made at build time of emojibase's data: what the picker needs of each emoji, and nothing else. */
declare module "virtual:emojis" {
  /** Unicode, label, short name, group, all words it is found by. */
  const emojis: [string, string, string, number, string][];
  export default emojis;
}

/** Trusted Types, as far as the client uses them: lib.dom does not know them yet. */
declare var trustedTypes: { createPolicy(name: string, rules: { createScriptURL: (input: string) => string }): { createScriptURL(input: string): object } } | undefined;
