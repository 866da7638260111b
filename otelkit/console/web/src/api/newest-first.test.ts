import { describe, expect, it } from "vitest";
import type { Page } from "./client";
import { appendOlder, countNew, mergeNewest } from "./newest-first";

interface Item {
  readonly id: string;
  readonly time: string;
  readonly text?: string;
}

const timed = { idOf: (item: Item) => item.id, timeOf: (item: Item) => item.time };

function page(next: string | null, ...times: number[]): Page<Item> {
  return { items: times.map((time) => ({ id: `i${time}`, time: String(time) })), next };
}

const ids = (list: Page<Item>): string[] => list.items.map((item) => item.id);

describe("mergeNewest", () => {
  it("puts what is new in front and keeps what was paged in", () => {
    const merged = mergeNewest(page("2", 6, 5, 4, 3, 2), page("5", 8, 7, 6, 5), timed);
    expect(ids(merged)).toEqual(["i8", "i7", "i6", "i5", "i4", "i3", "i2"]);
    expect(merged.next).toBe("2");
  });

  it("takes the page's version of an item that has grown", () => {
    const grown = { items: [{ id: "i6", time: "6", text: "more spans" }, { id: "i5", time: "5" }], next: "5" };
    expect(mergeNewest(page("2", 6, 5, 4), grown, timed).items[0]).toEqual({ id: "i6", time: "6", text: "more spans" });
  });

  it("drops what no longer matches within the page's time", () => {
    expect(ids(mergeNewest(page("3", 6, 5, 4, 3), page("4", 6, 4), timed))).toEqual(["i6", "i4", "i3"]);
  });

  it("starts anew when list and page do not meet, so that no gap hides", () => {
    const merged = mergeNewest(page("1", 3, 2, 1), page("8", 9, 8), timed);
    expect(ids(merged)).toEqual(["i9", "i8"]);
    expect(merged.next).toBe("8");
  });

  it("is the page when the page is everything", () => {
    expect(ids(mergeNewest(page(null, 3, 2, 1), page(null, 9), timed))).toEqual(["i9"]);
    expect(ids(mergeNewest(page(null, 3), page(null), timed))).toEqual([]);
  });
});

it("appendOlder shows an item once that stands on both pages", () => {
  const list = appendOlder(page("2", 4, 3, 2), page(null, 2, 1), timed);
  expect(ids(list)).toEqual(["i4", "i3", "i2", "i1"]);
  expect(list.next).toBeNull();
});

it("countNew counts what the list lacks", () => expect(countNew(page("1", 3, 2), page("2", 5, 4, 3), timed)).toBe(2));
