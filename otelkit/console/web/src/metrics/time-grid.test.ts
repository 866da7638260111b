import { describe, expect, it } from "vitest";
import { bucketsPerSlot, lastInSlot, makeGrid, ratePerSlot } from "./time-grid";
import { sum } from "./buckets";

describe("makeGrid", () => {
  it("has a slot for a typical gap", () => expect(makeGrid([[0, 10, 20, 30], [5, 15, 25]])).toMatchObject({ start: 0, step: 10, times: [10, 20, 30] }));

  it("never has more slots than asked for", () => {
    const every = Array.from({ length: 5_000 }, (_, index) => index);
    expect(makeGrid([every], 100).times.length).toBeLessThanOrEqual(100);
  });

  it("of one moment has one slot, of nothing none", () => {
    expect(makeGrid([[7]]).times).toEqual([7]);
    expect(makeGrid([[], []]).times).toEqual([]);
  });
});

describe("ratePerSlot", () => {
  const grid = makeGrid([[0, 10, 20, 30]]);

  it("is what was added by the time it took", () => {
    const increments = [
      { from: 0, to: 10, added: 50 },
      { from: 10, to: 20, added: 0 },
    ];
    expect(ratePerSlot(increments, grid)).toEqual([5, 0, null]);
  });

  it("spreads an increment over the slots it spans, so that totals hold", () => {
    const rates = ratePerSlot([{ from: 5, to: 25, added: 40 }], grid);
    expect(rates).toEqual([2, 2, 2]);
    const inPhase = ratePerSlot([{ from: 0, to: 30, added: 60 }], grid);
    expect(sum(inPhase.map((rate) => (rate ?? 0) * grid.step))).toBeCloseTo(60, 9);
  });
});

it("bucketsPerSlot keeps every observation of every series", () => {
  const grid = makeGrid([[0, 10, 20]]);
  const slots = bucketsPerSlot(
    [
      { from: 0, to: 20, added: { bounds: [1], buckets: [4, 2] } },
      { from: 3, to: 13, added: { bounds: [1], buckets: [10, 0] } },
    ],
    grid,
  );
  expect(sum(slots.flatMap((slot) => slot?.buckets ?? []))).toBeCloseTo(16, 9);
});

it("lastInSlot keeps the last value of a slot and gaps as gaps", () => {
  const grid = makeGrid([[0, 10, 20, 30]]);
  const points = [
    { time: 0, value: 1 },
    { time: 4, value: 2 },
    { time: 30, value: 3 },
  ];
  expect(lastInSlot(points, grid)).toEqual([2, null, 3]);
});
