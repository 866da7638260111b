import { expect, it } from "vitest";
import { anyLogFilter, readLogFilters } from "./logs/log-filters";
import { anyTraceFilter, readTraceFilters } from "./traces/trace-filters";

const query = (text: string): URLSearchParams => new URLSearchParams(text);

it("an address without filters filters nothing", () => {
  expect(anyTraceFilter(readTraceFilters(query("")))).toBe(false);
  expect(anyLogFilter(readLogFilters(query("")))).toBe(false);
});

it("the filters of an address are those of the request", () => {
  expect(readTraceFilters(query("service=api&q=tx+1&status=error&slower=12.5"))).toEqual({
    service: "api",
    q: "tx 1",
    status: "error",
    minDurationMs: "12.5",
  });
  expect(readLogFilters(query("service=api&severity=17&text=a&trace=ABC"))).toEqual({ service: "api", severity: "17", text: "a", traceId: "abc" });
});

it("nonsense in an address is left out instead of being asked for", () => {
  expect(readTraceFilters(query("status=odd&slower=-3"))).toMatchObject({ status: "", minDurationMs: "" });
  expect(readTraceFilters(query("slower=abc"))).toMatchObject({ minDurationMs: "" });
  expect(readLogFilters(query("severity=99"))).toMatchObject({ severity: "" });
});
