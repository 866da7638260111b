import { expect, it } from "vitest";
import { keyEffect } from "./waterfall-keys";
import type { WaterfallRow } from "./waterfall-layout";

function row(spanId: string, depth: number, descendants: number, collapsed = false): WaterfallRow {
  return { span: { spanId } as WaterfallRow["span"], depth, descendants, collapsed, hidesError: false, orphan: false, offset: 0, selfTime: 0 };
}

const rows = [row("root", 0, 3), row("score", 1, 1), row("load", 2, 0), row("store", 1, 4, true)];

it.each([
  ["ArrowDown", "root", { kind: "focus", spanId: "score" }],
  ["ArrowDown", "store", null],
  ["ArrowUp", "score", { kind: "focus", spanId: "root" }],
  ["ArrowUp", "root", null],
  ["Home", "store", { kind: "focus", spanId: "root" }],
  ["End", "root", { kind: "focus", spanId: "store" }],
  ["ArrowRight", "store", { kind: "expand", spanId: "store" }],
  ["ArrowRight", "score", { kind: "focus", spanId: "load" }],
  ["ArrowRight", "load", null],
  ["ArrowLeft", "score", { kind: "collapse", spanId: "score" }],
  ["ArrowLeft", "load", { kind: "focus", spanId: "score" }],
  ["ArrowLeft", "store", { kind: "focus", spanId: "root" }],
  ["Enter", "load", { kind: "select", spanId: "load" }],
  ["Escape", "load", { kind: "close" }],
  ["x", "load", null],
  ["ArrowDown", "unknown", null],
])("%s on %s", (key, focused, effect) => expect(keyEffect(key, rows, focused)).toEqual(effect));
