import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnScale, isSane, linksOf, pageAsked } from "./pages.ts";
import { isOurs } from "../transport/trusted.ts";

test("pages of impossible sizes are not drawn", () => {
  assert.equal(isSane(595, 842), true);
  assert.equal(isSane(842, 595), true);
  for (const [width, height] of [[0, 842], [595, Number.NaN], [1, 100], [100, 1], [Infinity, Infinity], [-5, -5]] as const) assert.equal(isSane(width, height), false);
});

test("a page is drawn as sharp as the screen, and its canvas stays within bounds", () => {
  assert.equal(drawnScale(600, 800, 1.5, 2), 3);
  assert.equal(drawnScale(600, 800, 1.5, 0.5), 1.5);
  const huge = drawnScale(14_400, 14_400, 1, 3);
  assert.ok((14_400 * huge) ** 2 <= 2 ** 24 + 1);
  assert.ok(100_000 * drawnScale(2_000, 100_000, 1, 1) <= 16_000);
});

test("a typed page is one that there is", () => {
  assert.equal(pageAsked(" 3 ", 10), 3);
  for (const typed of ["", "0", "11", "-1", "2.5", "two"]) assert.equal(pageAsked(typed, 10), null);
});

test("workers are our own and no others", () => {
  const build = new URL("https://acme.example/static/messaging/web/assets/");
  assert.equal(isOurs("/sw.js", build), true);
  assert.equal(isOurs("https://acme.example/static/messaging/web/assets/pdf.worker.min-AbC_1.mjs", build), true);
  for (const address of [
    "https://evil.example/static/messaging/web/assets/pdf.worker.min-1.mjs",
    "/api/v1/files/1?name=/pdf.worker.min-1.mjs",
    "/static/messaging/web/assets/../../../api/v1/files/1",
    "/static/messaging/web/assets/other.mjs",
    "/static/messaging/web/assets/pdf.worker.min-1.mjs?x",
    "blob:https://acme.example/1",
    "data:text/javascript,1",
  ]) {
    assert.equal(isOurs(address, build), false, address);
  }
});

test("links lead to the web, to mail and into the document, and nowhere else", () => {
  const page = { width: 600, height: 800, convertToViewportPoint: (x: number, y: number) => [x, 800 - y] };
  const rect = [60, 700, 360, 740];
  const links = linksOf(
    [
      { subtype: "Link", rect, url: "https://chancery.example/a" },
      { subtype: "Link", rect, dest: [{ num: 4 }, { name: "Fit" }] },
      { subtype: "Link", rect, url: "javascript:alert(1)" },
      { subtype: "Link", rect, url: "ftp://chancery.example", unsafeUrl: "file:///etc" },
      { subtype: "Link", url: "https://chancery.example/nowhere" },
      { subtype: "Widget", rect, url: "https://chancery.example/form" },
    ],
    page,
  );
  assert.deepEqual(links.map(({ url }) => url), ["https://chancery.example/a", null]);
  assert.deepEqual(links[0]?.place, { left: "10%", top: "7.5%", width: "50%", height: "5%" });
  assert.equal(linksOf(Array.from({ length: 900 }, () => ({ subtype: "Link", rect, dest: "x" })), page).length, 500);
});
