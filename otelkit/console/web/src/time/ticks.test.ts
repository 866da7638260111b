import { expect, it } from "vitest";
import { ticks } from "./ticks";

it.each([
  [100, 5, [0, 20, 40, 60, 80, 100]],
  [546, 4, [0, 200, 400]],
  [7, 5, [0, 2, 4, 6]],
  [0.003, 4, [0, 0.001, 0.002, 0.003]],
])("the ruler of %d has round marks", (duration, most, marks) => {
  const found = ticks(duration, most);
  expect(found).toHaveLength(marks.length);
  found.forEach((mark, index) => expect(mark).toBeCloseTo(marks[index] ?? NaN, 9));
});

it("never has more marks than asked for beside zero", () => {
  for (let duration = 1; duration < 2_000; duration += 7) expect(ticks(duration, 4).length).toBeLessThanOrEqual(5);
});

it("a trace without duration has its start", () => expect(ticks(0)).toEqual([0]));
