// How times and durations read on the page, in the reader's own time zone.
// Parsing and arithmetic are in nanoseconds.ts.
import { toMilliseconds } from "./nanoseconds";

const MICROSECOND = 1_000;
const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** "812 µs", "12.4 ms", "1.28 s", "2 min 3 s": three significant digits, the unit that fits. */
export function formatDuration(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  if (size === 0) return "0 ms";
  if (size < MICROSECOND) return `${Math.round(nanoseconds)} ns`;
  if (size < 999.5 * MICROSECOND) return `${significant(nanoseconds / MICROSECOND)} µs`;
  if (size < 999.5 * MILLISECOND) return `${significant(nanoseconds / MILLISECOND)} ms`;
  if (size < MINUTE) return `${significant(nanoseconds / SECOND)} s`;
  if (size < HOUR) return twoUnits(nanoseconds, MINUTE, "min", SECOND, "s");
  return twoUnits(nanoseconds, HOUR, "h", MINUTE, "min");
}

/** An offset from the start of a trace: "+12.4 ms". */
export function formatOffset(nanoseconds: number): string {
  return nanoseconds < 0 ? `−${formatDuration(-nanoseconds)}` : `+${formatDuration(nanoseconds)}`;
}

/** "14:02:11.204" in local time. */
export function formatClock(time: string): string {
  const date = new Date(toMilliseconds(time));
  return `${formatSeconds(date)}.${pad(date.getMilliseconds(), 3)}`;
}

/** "14:02:11" in local time. */
export function formatSeconds(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "21 Nov 2025, 14:02:11.204", for hovering and for headings. */
export function formatDateTime(time: string): string {
  return `${day.format(new Date(toMilliseconds(time)))}, ${formatClock(time)}`;
}

/** "21 Nov" in front of a clock when the day is not today's. */
export function formatDayWhenNotToday(time: string, now: number): string {
  const date = new Date(toMilliseconds(time));
  if (date.toDateString() === new Date(now).toDateString()) return "";
  return day.format(date).replace(/ \d{4}$/, "");
}

/** "just now", "12 s ago", "4 min ago", "3 h ago", "2 d ago". */
export function formatAge(time: string, now: number): string {
  const seconds = (now - toMilliseconds(time)) / 1_000;
  if (seconds < -1) return formatClock(time);
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** "1 span", "12 spans". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Three significant digits without an exponent and without trailing zeros after them. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return String(Math.round(value));
  if (size >= 10) return trimZeros(value.toFixed(1));
  if (size >= 1) return trimZeros(value.toFixed(2));
  return trimZeros(value.toPrecision(3));
}

function trimZeros(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function twoUnits(value: number, large: number, largeName: string, small: number, smallName: string): string {
  // Rounded first, so that 119.9 s is "2 min" and not "1 min 60 s".
  const whole = Math.round(value / small) * small;
  const rest = Math.round((whole % large) / small);
  const head = `${Math.floor(whole / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}
