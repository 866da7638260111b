import { describe, expect, it } from "vitest";
import { addBuckets, countUpTo, quantile, rebucket, sum } from "./buckets";

describe("quantile", () => {
  const even = { bounds: [10, 20, 30], buckets: [10, 10, 10, 0] };

  it.each([
    [0, 0],
    [0.5, 15],
    [1 / 3, 10],
    [0.95, 28.5],
    [1, 30],
  ])("%d of evenly filled buckets", (q, value) => expect(quantile(q, even)).toBeCloseTo(value, 9));

  it("is the lower bound of the open bucket when it falls there", () => {
    expect(quantile(0.99, { bounds: [1, 2], buckets: [1, 0, 99] })).toBe(2);
  });

  it("skips empty buckets", () => expect(quantile(0.5, { bounds: [1, 2, 3, 4], buckets: [0, 0, 0, 4, 0] })).toBeCloseTo(3.5, 9));

  it("does not reach below a first bound under zero", () => {
    expect(quantile(0.5, { bounds: [-5, 5], buckets: [2, 0, 0] })).toBe(-5);
  });

  it("is nothing without observations or without buckets", () => {
    expect(quantile(0.5, { bounds: [1], buckets: [0, 0] })).toBeNull();
    expect(quantile(0.5, { bounds: [], buckets: [] })).toBeNull();
  });

  it("never falls as the share rises", () => {
    const uneven = { bounds: [0.1, 0.2, 0.7, 3], buckets: [3, 0, 41, 7, 2] };
    let last = -Infinity;
    for (let q = 0; q <= 1; q += 0.01) {
      const value = quantile(q, uneven) ?? NaN;
      expect(value).toBeGreaterThanOrEqual(last);
      last = value;
    }
  });
});

describe("rebucket", () => {
  const fine = { bounds: [1, 2, 4, 8], buckets: [1, 2, 3, 4, 5] };

  it("is exact where the bounds are among the old ones", () => {
    expect(rebucket(fine, [2, 8])).toEqual({ bounds: [2, 8], buckets: [3, 7, 5] });
  });

  it("loses and invents nothing", () => {
    for (const bounds of [[3], [0.5, 5, 100], [1, 1.5, 2], []]) expect(sum(rebucket(fine, bounds).buckets)).toBeCloseTo(15, 9);
  });

  it("divides a bucket by where the new bound cuts it", () => expect(countUpTo(6, fine)).toBeCloseTo(8, 9));
});

it("addBuckets adds histograms of different bounds", () => {
  const added = addBuckets({ bounds: [1, 4], buckets: [1, 1, 1] }, { bounds: [1, 2, 4], buckets: [1, 1, 1, 1] });
  expect(added.bounds).toEqual([1, 2, 4]);
  expect(sum(added.buckets)).toBeCloseTo(7, 9);
  expect(countUpTo(1, added)).toBe(2);
});
