import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

const scope = globalThis as { close?: () => void };
let closed = 0;
scope.close = () => void (closed += 1);
await import("./bounded.ts");

async function unpacked(packed: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  writer.write(packed).then(() => writer.close()).catch(() => undefined);
  let size = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done || closed > 0) return size;
    size += (value as Uint8Array).byteLength;
  }
}

test("what is packed comes out as it was, piece by piece", async () => {
  const whole = new Uint8Array(5_000_000).map((_, index) => (index * 31) % 251);
  assert.equal(await unpacked(new Uint8Array(deflateSync(whole))), whole.length);
  assert.equal(closed, 0);
});

test("a worker that unpacks too much ends itself", async () => {
  const bomb = new Uint8Array(deflateSync(new Uint8Array(2 ** 28 + 2 ** 20)));
  assert.ok(bomb.length < 2 ** 20);
  void unpacked(bomb);
  while (closed === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(closed > 0);
});
