import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Me, PriorityView } from "../contract/types.ts";
import { me } from "../people/store.ts";
import { asked, listed, requests, settled } from "./notices.ts";

function request(given: Partial<PriorityView>): PriorityView {
  const nobody = { level: "urgent" as const, asks: true, remind_after_minutes: null, expires_at: null, is_expired: false, escalated_at: null };
  return { ...nobody, recipient_count: 1, acknowledged_count: 0, acknowledged_ids: [], waiting_ids: [], ...given };
}

beforeEach(() => {
  me.value = { id: "me" } as Me;
  requests.value = 0;
  listed.value = [];
});

test("a first request is listed by those it asks, and by those who cannot know", () => {
  asked(request({ waiting_ids: ["me"] }));
  assert.equal(requests.value, 1);
  asked(request({ waiting_ids: ["bo"] }));
  assert.equal(requests.value, 1);
  asked(request({ waiting_ids: ["bo"], recipient_count: 80 }));
  assert.equal(requests.value, 2);
});

test("what was given on another device, has expired or is gone leaves the list", () => {
  listed.value = ["m1"];
  settled("m1", request({ waiting_ids: ["me"], acknowledged_ids: ["bo"], recipient_count: 2 }));
  settled("m2", null);
  settled("m1", request({ waiting_ids: ["bo"], recipient_count: 80 }));
  assert.equal(requests.value, 0);
  settled("m1", request({ acknowledged_ids: ["me"] }));
  settled("m1", request({ waiting_ids: ["me"], is_expired: true }));
  settled("m1", null);
  assert.equal(requests.value, 3);
});
