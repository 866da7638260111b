import { expect, it } from "vitest";
import { makeHeatmap, rowLabel, rowPosition } from "./heatmap";

const heatmap = makeHeatmap([
  { bounds: [1, 2, 4, 8, 16], buckets: [0, 0, 3, 0, 0, 0] },
  null,
  { bounds: [1, 2, 4, 8, 16], buckets: [0, 0, 1, 5, 0, 0] },
]);

it("keeps the rows that hold something, with a margin", () => {
  expect(heatmap).toMatchObject({ bounds: [2, 4, 8, 16], floor: 1, rows: 4, largest: 5 });
  expect(heatmap.counts).toEqual([
    [0, 3, 0, 0],
    [0, 0, 0, 0],
    [0, 1, 5, 0],
  ]);
});

it("places a value within its row", () => {
  expect(rowPosition(3, heatmap)).toBeCloseTo(1.5, 9);
  expect(rowPosition(8, heatmap)).toBeCloseTo(3, 9);
  expect(rowPosition(0.1, heatmap)).toBe(0);
  expect(rowPosition(99, heatmap)).toBe(4);
});

it("names its rows by their bounds", () => {
  expect(rowLabel(1, heatmap, String)).toBe("2 – 4");
  const open = makeHeatmap([{ bounds: [1], buckets: [0, 2] }]);
  expect(rowLabel(open.rows - 1, open, String)).toBe("above 1");
  expect(rowPosition(50, open)).toBeCloseTo(1.5, 9);
});

it("stands up to histograms without buckets", () => expect(makeHeatmap([{ bounds: [], buckets: [] }, null]).largest).toBe(0));
