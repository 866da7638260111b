import { describe, expect, it } from "vitest";
import { formatAge, formatClock, formatDateTime, formatDuration, formatOffset, plural, significant } from "./format";
import { fromMilliseconds } from "./nanoseconds";

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [7, "7 ns"],
    [812_000, "812 µs"],
    [999_400, "999 µs"],
    [999_600, "1 ms"],
    [12_400_000, "12.4 ms"],
    [546_000_000, "546 ms"],
    [1_284_000_000, "1.28 s"],
    [59_900_000_000, "59.9 s"],
    [60_000_000_000, "1 min"],
    [119_900_000_000, "2 min"],
    [123_000_000_000, "2 min 3 s"],
    [3_600_000_000_000, "1 h"],
    [9_000_000_000_000, "2 h 30 min"],
  ])("%d ns is %s", (nanoseconds, text) => expect(formatDuration(nanoseconds)).toBe(text));

  it("says on which side of the start an offset lies", () => {
    expect(formatOffset(1_500_000)).toBe("+1.5 ms");
    expect(formatOffset(-1_500_000)).toBe("−1.5 ms");
  });
});

describe("moments", () => {
  const moment = new Date(2026, 0, 5, 4, 3, 2, 7);
  const time = fromMilliseconds(moment.getTime());

  it("are shown in local time, to the millisecond", () => {
    expect(formatClock(time)).toBe("04:03:02.007");
    expect(formatDateTime(time)).toBe("5 Jan 2026, 04:03:02.007");
  });

  it.each([
    [0, "just now"],
    [12, "12 s ago"],
    [61, "1 min ago"],
    [7_300, "2 h ago"],
    [190_000, "2 d ago"],
  ])("%d seconds later read as %s", (seconds, text) => expect(formatAge(time, moment.getTime() + seconds * 1_000)).toBe(text));

  it("are shown by the clock when they lie ahead", () => expect(formatAge(time, moment.getTime() - 5_000)).toBe("04:03:02.007"));
});

describe("significant", () => {
  it.each([
    [0, "0"],
    [0.012345, "0.0123"],
    [1, "1"],
    [1.005, "1"],
    [12.34, "12.3"],
    [123.4, "123"],
    [-3.5, "-3.5"],
  ])("%d is %s", (value, text) => expect(significant(value)).toBe(text));
});

it("plural agrees with its number", () => {
  expect(plural(1, "span")).toBe("1 span");
  expect(plural(1_200, "span")).toBe("1,200 spans");
});
