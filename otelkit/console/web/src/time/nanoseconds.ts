// Arithmetic on Unix nanoseconds, which exceed what a number holds exactly and therefore travel as decimal strings.
// How they are shown is in format.ts.

/** Nanoseconds from `earlier` to `later`; negative when the clocks of two services disagree. */
export function nanosecondsBetween(earlier: string, later: string): number {
  return Number(BigInt(later) - BigInt(earlier));
}

/** Orders times from old to new. */
export function compareTimes(a: string, b: string): number {
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Unix milliseconds with the microseconds kept as a fraction. */
export function toMilliseconds(time: string): number {
  return Number(BigInt(time) / 1_000n) / 1_000;
}

/** Unix seconds, the unit of the charts' time axis. */
export function toSeconds(time: string): number {
  return toMilliseconds(time) / 1_000;
}

export function fromMilliseconds(milliseconds: number): string {
  return (BigInt(Math.round(milliseconds)) * 1_000_000n).toString();
}

/** `time` moved by a number of nanoseconds. */
export function addNanoseconds(time: string, nanoseconds: number): string {
  return (BigInt(time) + BigInt(Math.round(nanoseconds))).toString();
}
