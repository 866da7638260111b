// Which colour a service has: stable by its name, and distinct from the others as long as the palette lasts.
import { observable, useObservable } from "./observable";

/** Colours --colour-0 to --colour-9 of styles/tokens.css. */
export const paletteSize = 10;

/** The first colours of the palette are the clearest; the others wait until these are taken. */
const preferred = 4;

/** The palette index of each name. Depends on the set of names, not on their order. */
export function assignColours(names: readonly string[]): ReadonlyMap<string, number> {
  const colours = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of [...new Set(names)].sort()) {
    let colour = preferredColour(name);
    if (taken.size < paletteSize) while (taken.has(colour)) colour = (colour + 1) % paletteSize;
    taken.add(colour);
    colours.set(name, colour);
  }
  return colours;
}

/** FNV-1a of the name, folded into the preferred colours. */
function preferredColour(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % preferred;
}

const assigned = observable<ReadonlyMap<string, number>>(new Map());

/** Tells which services exist; colours change only when the set of names does. */
export function setServices(names: readonly string[]): void {
  const known = assigned.get();
  if (names.length !== known.size || names.some((name) => !known.has(name))) assigned.set(assignColours(names));
}

/** The palette index of a service, also of one that the console has not listed yet. */
export function useServiceColour(): (service: string) => number {
  const colours = useObservable(assigned);
  return (service) => colours.get(service) ?? preferredColour(service);
}
