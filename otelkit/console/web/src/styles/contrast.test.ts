import { describe, expect, it } from "vitest";
import tokens from "./tokens.css?raw";

/** The light and the dark value of each colour of the style sheet. */
const colours = new Map<string, readonly [string, string]>();
for (const [, name, light, dark] of tokens.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)) {
  if (name && light && dark) colours.set(name, [light, dark]);
}

function luminance(colour: string): number {
  const channels = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (channels[0] ?? 0) + 0.7152 * (channels[1] ?? 0) + 0.0722 * (channels[2] ?? 0);
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const grounds = ["paper", "surface", "sunken", "hover", "accent-soft"];
const texts: readonly (readonly [string, readonly string[]])[] = [
  ["ink", grounds],
  ["ink-2", grounds],
  ["ink-3", ["paper", "surface", "hover", "sunken"]],
  ["accent", ["paper", "surface", "hover", "sunken"]],
  ["error", ["paper", "surface", "hover", "sunken", "error-soft", "accent-soft"]],
  ["warn", ["surface", "warn-soft", "hover"]],
  ["on-accent", ["accent"]],
];
const marks = Array.from({ length: 10 }, (_, index) => `colour-${index}`);

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("in the %s theme", (_, theme) => {
  const pairs = texts.flatMap(([text, on]) => on.map((ground) => [text, ground] as const));

  it.each(pairs)("%s is readable on %s (WCAG AA: 4.5)", (text, ground) => {
    expect(contrast(colours.get(text)?.[theme] ?? "", colours.get(ground)?.[theme] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  it.each(marks)("the bars and lines in %s stand out from the surface (WCAG AA: 3)", (mark) => {
    expect(contrast(colours.get(mark)?.[theme] ?? "", colours.get("surface")?.[theme] ?? "")).toBeGreaterThanOrEqual(3);
  });
});
