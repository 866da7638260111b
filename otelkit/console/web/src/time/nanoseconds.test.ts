import { expect, it } from "vitest";
import { addNanoseconds, compareTimes, fromMilliseconds, nanosecondsBetween, toMilliseconds, toSeconds } from "./nanoseconds";

const time = "1795224343162435218";

it("differences are exact where the times themselves exceed a number", () => {
  expect(nanosecondsBetween(time, "1795224343162435219")).toBe(1);
  expect(nanosecondsBetween("1795224343162435219", time)).toBe(-1);
  expect(addNanoseconds(time, 1)).toBe("1795224343162435219");
});

it("times are ordered as numbers, not as text", () => {
  expect(["10", "9", "1795224343162435219", time].sort(compareTimes)).toEqual(["9", "10", time, "1795224343162435219"]);
  expect(compareTimes(time, time)).toBe(0);
});

it("milliseconds keep their microseconds", () => {
  expect(toMilliseconds(time)).toBeCloseTo(1_795_224_343_162.435, 3);
  expect(toSeconds("1500000000")).toBe(1.5);
  expect(fromMilliseconds(1_795_224_343_162)).toBe("1795224343162000000");
});
