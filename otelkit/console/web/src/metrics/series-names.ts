// What a series is called in a legend, and which series come first. Pure.
import type { Attributes, Series } from "../api/types";
import { histogramPoints, numberPoints } from "./increments";

/** Series drawn at once; more lines than this cannot be told apart. */
export const mostSeries = 12;

/** The same for the same process and attributes, whatever their order. */
export function seriesKey(series: Series): string {
  return JSON.stringify([series.service, series.instance ?? "", Object.entries(series.attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What has to be said of a series besides its attributes to tell it from the others. */
export interface Origin {
  readonly service: boolean;
  readonly instance: boolean;
}

/** Services are named where there are several; processes where one service has several. */
export function neededOrigin(all: readonly Series[]): Origin {
  const services = new Set(all.map((series) => series.service));
  const instances = new Set(all.map((series) => `${series.service} ${series.instance ?? ""}`));
  return { service: services.size > 1, instance: instances.size > services.size };
}

export function originName(series: Series, origin: Origin): string {
  return [origin.service ? series.service : "", origin.instance ? (series.instance ?? "").slice(0, 8) : ""].filter(Boolean).join(" ");
}

export function seriesName(series: Series, origin: Origin): string {
  const attributes = attributeText(series.attributes);
  return [originName(series, origin), attributes].filter(Boolean).join("  ") || series.service;
}

export function attributeText(attributes: Attributes): string {
  return Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("  ");
}

/** How much a series holds: a histogram's count, a sum's or gauge's last value. */
export function weight(series: Series): number {
  const histogram = histogramPoints(series).at(-1);
  return histogram ? histogram.count : Math.abs(numberPoints(series).at(-1)?.value ?? 0);
}

/** Largest first; equal ones in the order of their names, so that the legend stands still. */
export function rankSeries(all: readonly Series[]): readonly Series[] {
  return [...all].sort((a, b) => weight(b) - weight(a) || (seriesKey(a) < seriesKey(b) ? -1 : 1));
}

/** The series in whose name every word of `text` occurs. */
export function filterSeries(all: readonly Series[], text: string): readonly Series[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((series) => {
    const name = `${series.service} ${series.instance ?? ""} ${attributeText(series.attributes)}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}
