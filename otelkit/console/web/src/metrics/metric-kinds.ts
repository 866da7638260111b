// The kinds of metrics by the names of the instruments that make them. Pure.
import type { MetricSummary } from "../api/types";

export type KindGroup = "counter" | "gauge" | "histogram";

export function kindName({ kind, monotonic }: Pick<MetricSummary, "kind" | "monotonic">): string {
  if (kind === "sum") return monotonic === false ? "up-down counter" : "counter";
  return kind === "exponential_histogram" ? "exponential histogram" : kind;
}

/** The group a filter shows a metric under: up-down counters go up and down as gauges do. */
export function kindGroup({ kind, monotonic }: Pick<MetricSummary, "kind" | "monotonic">): KindGroup {
  if (kind === "sum") return monotonic === false ? "gauge" : "counter";
  return kind === "gauge" ? "gauge" : "histogram";
}

/** The metrics whose name, description or unit has every word of `text`, and that belong to the group. */
export function filterMetrics(metrics: readonly MetricSummary[], text: string, group: string): readonly MetricSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return metrics.filter((metric) => {
    const said = `${metric.name} ${metric.description} ${metric.unit}`.toLowerCase();
    return words.every((word) => said.includes(word)) && (group === "" || kindGroup(metric) === group);
  });
}
