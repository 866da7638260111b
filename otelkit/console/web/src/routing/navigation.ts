// The browser's history as the page uses it: where we are, going elsewhere, and filters kept in the address.
// What a path means is in route.ts.
import { observable, useObservable } from "../observable";
import { queryString, type Query } from "./route";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const place = observable<Place>({ path: "/", query: new URLSearchParams() });

export function usePlace(): Place {
  return useObservable(place);
}

export function navigate(address: string, how: "push" | "replace" = "push"): void {
  const leavesView = new URL(address, location.href).pathname !== location.pathname;
  history[how === "push" ? "pushState" : "replaceState"](null, "", address);
  readAddress();
  if (leavesView && how === "push") scrollTo(0, 0);
}

/** Changes some parameters of the address and keeps the others; null removes one. Adds no history entry. */
export function setQuery(changes: Query): void {
  const merged: Record<string, string | number | null | undefined> = Object.fromEntries(place.get().query);
  navigate(location.pathname + queryString({ ...merged, ...changes }), "replace");
}

/** Starts following the address; returns what stops it. */
export function startNavigation(): () => void {
  if (location.pathname === "/") history.replaceState(null, "", `/traces${location.search}`);
  readAddress();
  addEventListener("popstate", readAddress);
  document.addEventListener("click", followInPage);
  return () => {
    removeEventListener("popstate", readAddress);
    document.removeEventListener("click", followInPage);
  };
}

function readAddress(): void {
  place.set({ path: location.pathname, query: new URLSearchParams(location.search) });
}

/** Plain clicks on links of this page change the view without loading; every other click stays the browser's. */
function followInPage(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const href = link?.getAttribute("href");
  if (!link || !href?.startsWith("/") || link.hasAttribute("download") || (link.target !== "" && link.target !== "_self")) return;
  if (href.startsWith("/api/") || href.startsWith("/v1/")) return;
  event.preventDefault();
  navigate(href, link.dataset["history"] === "replace" ? "replace" : "push");
}
