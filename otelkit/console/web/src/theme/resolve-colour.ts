// Colours of the style sheet as a canvas needs them: plain values, in the theme that is in force.

const probe = typeof document === "undefined" ? undefined : document.createElement("span");

/** The computed value of a custom property such as "--ink". */
export function resolveColour(property: string): string {
  if (!probe) return "#000";
  if (!probe.isConnected) {
    probe.hidden = true;
    document.documentElement.append(probe);
  }
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}

/** `colour` (a computed rgb value) made translucent. */
export function translucent(colour: string, opacity: number): string {
  const channels = /^rgba?\(([^)]+)\)$/.exec(colour)?.[1]?.split(/[\s,/]+/).slice(0, 3);
  return channels ? `rgb(${channels.join(" ")} / ${opacity})` : colour;
}
