// A moment as the reader wants it: how long ago, or the clock; the full date on hover.
import { formatAge, formatClock, formatDateTime, formatDayWhenNotToday } from "../time/format";
import { toMilliseconds } from "../time/nanoseconds";
import { useNow } from "../time/now";

export function Age({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={iso(time)} title={formatDateTime(time)}>
      {formatAge(time, now)}
    </time>
  );
}

export function Clock({ time }: { time: string }) {
  const day = formatDayWhenNotToday(time, Date.now());
  return (
    <time class="clock" dateTime={iso(time)} title={formatDateTime(time)}>
      {day === "" ? null : <span class="clock-day">{day} </span>}
      {formatClock(time)}
    </time>
  );
}

function iso(time: string): string {
  const date = new Date(toMilliseconds(time));
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
