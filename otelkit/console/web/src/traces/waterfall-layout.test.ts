import { describe, expect, it } from "vitest";
import type { Span } from "../api/types";
import { ancestorsOf, buildTree, layOutWaterfall, selfTime } from "./waterfall-layout";

const origin = 1_795_224_343_000_000_000n;

function span(spanId: string, parentSpanId: string | null, start: number, duration: number, status: Span["status"] = "unset"): Span {
  return {
    spanId,
    parentSpanId,
    name: spanId,
    kind: "internal",
    service: "payments-api",
    scope: "",
    startTime: (origin + BigInt(start)).toString(),
    duration,
    status,
    statusMessage: "",
    attributes: {},
    events: [],
    links: [],
    resource: {},
  };
}

const none: ReadonlySet<string> = new Set();
const outline = (spans: readonly Span[], collapsed = none): string[] =>
  layOutWaterfall(spans, collapsed).rows.map((row) => `${"  ".repeat(row.depth)}${row.span.spanId}`);

describe("layOutWaterfall", () => {
  const spans = [span("query", "score", 30, 20), span("root", null, 0, 100), span("score", "root", 10, 80), span("load", "score", 12, 10)];

  it("nests children under their parents in order of time, however they arrive", () => {
    expect(outline(spans)).toEqual(["root", "  score", "    load", "    query"]);
    expect(outline([...spans].reverse())).toEqual(["root", "  score", "    load", "    query"]);
  });

  it("measures offsets from the earliest span, also with clocks that disagree", () => {
    const skewed = [span("root", null, 0, 100), span("child", "root", -40, 20)];
    const { rows, startTime, duration } = layOutWaterfall(skewed, none);
    expect(startTime).toBe((origin - 40n).toString());
    expect(rows.map((row) => row.offset)).toEqual([40, 0]);
    expect(duration).toBe(140);
  });

  it("hides what is below a collapsed span, and says what it hides", () => {
    const failing = [...spans, span("driver", "query", 31, 5, "error")];
    const { rows } = layOutWaterfall(failing, new Set(["score"]));
    expect(rows.map((row) => row.span.spanId)).toEqual(["root", "score"]);
    expect(rows[1]).toMatchObject({ collapsed: true, descendants: 3, hidesError: true });
  });

  it("shows spans whose parent is missing at the top, marked", () => {
    const { rows } = layOutWaterfall([span("root", null, 0, 9), span("lost", "gone", 5, 2)], none);
    expect(rows.map((row) => [row.span.spanId, row.depth, row.orphan])).toEqual([
      ["root", 0, false],
      ["lost", 0, true],
    ]);
  });

  it("shows every span of a ring of parents once", () => {
    const ring = [span("a", "c", 0, 9), span("b", "a", 1, 8), span("c", "b", 2, 7), span("self", "self", 3, 1)];
    expect(outline(ring)).toEqual(["a", "  b", "    c", "self"]);
  });

  it("draws a span once that was received twice", () => expect(outline([span("a", null, 0, 9), span("a", null, 0, 9)])).toEqual(["a"]));

  it("copes with chains deeper than the call stack", () => {
    const chain = Array.from({ length: 3_000 }, (_, index) => span(`s${index}`, index === 0 ? null : `s${index - 1}`, index, 10_000));
    expect(layOutWaterfall(chain, none).rows.at(-1)?.depth).toBe(2_999);
  });

  it("of nothing is empty", () => expect(layOutWaterfall([], none)).toEqual({ rows: [], startTime: "0", duration: 0 }));
});

describe("selfTime", () => {
  const parent = span("parent", null, 0, 100);

  it("counts overlapping children once", () => {
    expect(selfTime(parent, [span("a", "parent", 10, 40), span("b", "parent", 30, 40)])).toBe(40);
  });

  it("leaves out what a child does before and after its parent", () => {
    expect(selfTime(parent, [span("early", "parent", -50, 60), span("late", "parent", 90, 500)])).toBe(80);
  });

  it("is all of a span without children", () => expect(selfTime(parent, [])).toBe(100));
});

it("ancestorsOf gives the way to the top and ends in a ring", () => {
  const spans = [span("root", null, 0, 9), span("mid", "root", 1, 8), span("leaf", "mid", 2, 7)];
  expect(ancestorsOf("leaf", spans)).toEqual(["mid", "root"]);
  expect(ancestorsOf("a", [span("a", "b", 0, 1), span("b", "a", 0, 1)])).toEqual(["b", "a"]);
});

it("buildTree keeps longer spans first where two start together", () => {
  const { children } = buildTree([span("root", null, 0, 9), span("short", "root", 1, 2), span("long", "root", 1, 7)]);
  expect(children.get("root")?.map((child) => child.spanId)).toEqual(["long", "short"]);
});
