// Round positions for the ruler above a waterfall: multiples of 1, 2 or 5 in a power of ten.

/** Offsets from 0 up to `duration` (any unit), at most `most` of them beside zero. */
export function ticks(duration: number, most = 5): number[] {
  if (!(duration > 0) || most < 1) return [0];
  const rough = duration / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999_999) ?? rough;
  const found: number[] = [];
  for (let index = 0; index * step <= duration * 1.000_001; index += 1) found.push(index * step);
  return found;
}
