// How far back a chart reaches: choices kept in the address as "range". Pure.
import { fromMilliseconds } from "../time/nanoseconds";

export type Range = "5m" | "30m" | "3h" | "all";

export const ranges: readonly { readonly value: Range; readonly text: string; readonly hint: string; readonly minutes: number | null }[] = [
  { value: "5m", text: "5 min", hint: "The last 5 minutes", minutes: 5 },
  { value: "30m", text: "30 min", hint: "The last 30 minutes", minutes: 30 },
  { value: "3h", text: "3 h", hint: "The last 3 hours", minutes: 180 },
  { value: "all", text: "All", hint: "Everything that is stored", minutes: null },
];

export function readRange(text: string | null): Range {
  return ranges.find((range) => range.value === text)?.value ?? "30m";
}

/** Where the range begins, as nanoseconds for the API; null for the beginning of all. */
export function rangeStart(range: Range, now: number): string | null {
  const minutes = ranges.find((candidate) => candidate.value === range)?.minutes ?? null;
  return minutes === null ? null : fromMilliseconds(now - minutes * 60_000);
}
