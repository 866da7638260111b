// Merging what just arrived into a list that is read newest first and has been paged into the past.
// Pure; fetching is in feed.ts.
import { compareTimes } from "../time/nanoseconds";
import type { Page } from "./client";

export interface Timed<T> {
  readonly idOf: (item: T) => string;
  readonly timeOf: (item: T) => string;
}

/**
 * The list after its newest page was fetched again. The page is the truth for the time it covers; older items stay.
 * Where page and list do not meet, something between them was not fetched: the list starts anew from the page, so that no gap is shown as none.
 */
export function mergeNewest<T>(list: Page<T>, page: Page<T>, { idOf, timeOf }: Timed<T>): Page<T> {
  const oldest = page.items.at(-1);
  if (page.next === null || oldest === undefined || list.items.length === 0) return page;
  const inPage = new Set(page.items.map(idOf));
  if (!list.items.some((item) => inPage.has(idOf(item)))) return page;
  const older = list.items.filter((item) => !inPage.has(idOf(item)) && compareTimes(timeOf(item), timeOf(oldest)) <= 0);
  if (older.length === 0) return page;
  return { items: [...page.items, ...older], next: list.next };
}

/** The list with one more page of older items behind it. */
export function appendOlder<T>(list: Page<T>, page: Page<T>, { idOf }: Timed<T>): Page<T> {
  const known = new Set(list.items.map(idOf));
  return { items: [...list.items, ...page.items.filter((item) => !known.has(idOf(item)))], next: page.next };
}

/** How many items of the page the list does not have yet. */
export function countNew<T>(list: Page<T>, page: Page<T>, { idOf }: Timed<T>): number {
  const known = new Set(list.items.map(idOf));
  return page.items.filter((item) => !known.has(idOf(item))).length;
}
