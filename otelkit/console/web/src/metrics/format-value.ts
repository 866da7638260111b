// Numbers with the units of OpenTelemetry instruments (UCUM) as people read them. Pure.
import { formatDuration, significant } from "../time/format";

const secondsIn: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9, min: 60, h: 3_600 };

/** "12.4 ms" for seconds, "3.2 MiB" for bytes, "1.2 k" for counts. */
export function formatValue(value: number, unit: string): string {
  const seconds = secondsIn[unit];
  if (seconds !== undefined) return value === 0 ? "0 s" : formatDuration(value * seconds * 1e9);
  if (unit === "By") return formatBytes(value);
  if (unit === "%") return `${compact(value)} %`;
  const name = readUnit(unit);
  return name === "" || unit.startsWith("{") ? compact(value) : `${compact(value)} ${name}`;
}

export function formatRate(value: number, unit: string): string {
  return `${formatValue(value, unit)}/s`;
}

/** The unit as a word: "{request}" is "request", "1" is none, "By" is "bytes". */
export function readUnit(unit: string): string {
  if (unit === "" || unit === "1") return "";
  if (unit === "By") return "bytes";
  if (unit === "s") return "seconds";
  return unit.replace(/[{}]/g, "");
}

/** "1,234", "12.3 k", "4.56 M". */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${significant(value / 1e9)} G`;
  if (size >= 1e6) return `${significant(value / 1e6)} M`;
  if (size >= 1e4) return `${significant(value / 1e3)} k`;
  if (size >= 1e3) return Math.round(value).toLocaleString("en");
  if (size > 0 && size < 1e-4) return value.toExponential(1);
  return Number.isInteger(value) ? String(value) : significant(value);
}

function formatBytes(value: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let index = 0;
  while (Math.abs(size) >= 1_024 && index < names.length - 1) {
    size /= 1_024;
    index += 1;
  }
  return `${significant(size)} ${names[index] ?? ""}`;
}
