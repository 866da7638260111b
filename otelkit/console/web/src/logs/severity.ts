// Severity numbers of the OpenTelemetry log data model (1 to 24, four to a level) as levels.

export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

const levels: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** The level of a severity number; unset (0) reads as info, the level of a line about which nothing was said. */
export function levelOf(severityNumber: number): Level {
  if (severityNumber < 1) return "info";
  return levels[Math.min(Math.floor((severityNumber - 1) / 4), levels.length - 1)] ?? "info";
}

/** The lowest severity number of a level. */
export function lowestSeverity(level: Level): number {
  return levels.indexOf(level) * 4 + 1;
}

/** The choice of the level filter: everything, or from a level upwards. */
export const levelChoices: readonly { readonly value: string; readonly text: string; readonly hint?: string }[] = [
  { value: "", text: "All" },
  { value: String(lowestSeverity("info")), text: "Info", hint: "Info and above" },
  { value: String(lowestSeverity("warn")), text: "Warn", hint: "Warnings and above" },
  { value: String(lowestSeverity("error")), text: "Error", hint: "Errors and above" },
];
