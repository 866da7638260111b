import { expect, it } from "vitest";
import type { MetricSummary, Series } from "../api/types";
import { filterMetrics, kindName } from "./metric-kinds";
import { filterSeries, neededOrigin, rankSeries, seriesKey, seriesName } from "./series-names";
import { rangeStart, readRange } from "./time-range";

function series(service: string, instance: string, attributes: Series["attributes"], value: number): Series {
  return { service, instance, attributes, points: [{ time: "1", value }] };
}

const small = series("api", "aaaaaaaa-1", { route: "/labels", method: "POST" }, 2);
const large = series("api", "aaaaaaaa-1", { method: "POST", route: "/score" }, 40);
const twin = series("api", "bbbbbbbb-2", { method: "POST", route: "/score" }, 7);
const other = series("web", "cccccccc-3", {}, 1);

it("a series is the same whatever the order of its attributes, and another in another process", () => {
  expect(seriesKey(large)).toBe(seriesKey({ ...large, attributes: { route: "/score", method: "POST" } }));
  expect(seriesKey(large)).not.toBe(seriesKey(twin));
});

it("series are named by what tells them apart", () => {
  expect(seriesName(large, neededOrigin([large, small]))).toBe("method=POST  route=/score");
  expect(seriesName(twin, neededOrigin([large, twin]))).toBe("bbbbbbbb  method=POST  route=/score");
  expect(seriesName(large, neededOrigin([large, other]))).toBe("api  method=POST  route=/score");
  expect(seriesName(other, neededOrigin([other]))).toBe("web");
});

it("the largest series come first", () => expect(rankSeries([small, large, twin])).toEqual([large, twin, small]));

it("every word of the filter must occur", () => {
  expect(filterSeries([small, large, other], "post score")).toEqual([large]);
  expect(filterSeries([small, other], "WEB")).toEqual([other]);
});

const metric = (name: string, kind: MetricSummary["kind"], monotonic: boolean | null): MetricSummary => ({
  name,
  unit: "",
  description: "Requests served",
  kind,
  monotonic,
  services: [],
  seriesCount: 1,
  exemplarCount: 0,
});

it("metrics are found by words and by kind", () => {
  const all = [metric("http.count", "sum", true), metric("http.active", "sum", false), metric("http.duration", "exponential_histogram", null)];
  expect(filterMetrics(all, "served http", "gauge").map((found) => found.name)).toEqual(["http.active"]);
  expect(filterMetrics(all, "nowhere", "")).toEqual([]);
  expect(all.map(kindName)).toEqual(["counter", "up-down counter", "exponential histogram"]);
});

it("time ranges reach back from now", () => {
  expect(readRange("nonsense")).toBe("30m");
  expect(rangeStart("5m", 1_000_000_000)).toBe("999700000000000");
  expect(rangeStart("all", 1_000)).toBeNull();
});
