import assert from "node:assert/strict";
import { test } from "node:test";
import type { User } from "../contract/types.ts";
import { ranked } from "./suggestions.ts";

const user = (name: string, is_active = true): User => ({ id: name, name, email: null, role: "member", is_active, is_bot: false, title: "", avatar_url: null, status: null });
const names = (query: string, known: string[], ...users: User[]): string[] => ranked(users, query, new Set(known)).map(({ name }) => name);

test("those one talks with come before strangers, and each kind by name", () => {
  assert.deepEqual(names("b", ["Bo Lindqvist"], user("Bashir"), user("Bo Lindqvist"), user("Anna Berg"), user("Abel")), ["Bo Lindqvist", "Bashir", "Anna Berg"]);
});

test("who has left is not offered", () => {
  assert.deepEqual(names("b", ["Bo"], user("Bo", false), user("Bea")), ["Bea"]);
});
