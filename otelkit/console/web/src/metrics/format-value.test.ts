import { expect, it } from "vitest";
import { compact, formatRate, formatValue, readUnit } from "./format-value";

it.each([
  [0.0124, "s", "12.4 ms"],
  [0, "s", "0 s"],
  [250, "ms", "250 ms"],
  [148_000_000, "By", "141 MiB"],
  [12, "{detection}", "12"],
  [0.93, "1", "0.93"],
  [42.5, "%", "42.5 %"],
  [3, "Cel", "3 Cel"],
])("%d in %s is %s", (value, unit, text) => expect(formatValue(value, unit)).toBe(text));

it.each([
  [0, "0"],
  [7, "7"],
  [1_234, "1,234"],
  [12_345, "12.3 k"],
  [4_560_000, "4.56 M"],
  [-2_000_000_000, "-2 G"],
  [0.000_012, "1.2e-5"],
])("%d is compactly %s", (value, text) => expect(compact(value)).toBe(text));

it("rates are per second", () => expect(formatRate(2.5, "{request}")).toBe("2.5/s"));

it("units are read as words", () => expect(["{request}", "1", "", "By", "s"].map(readUnit)).toEqual(["request", "", "", "bytes", "seconds"]));
