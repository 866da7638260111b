// Whether the page follows what arrives. One switch for all views, in the header.
import { observable, useObservable } from "../observable";

const live = observable(true);

export function useLive(): boolean {
  return useObservable(live);
}

export function toggleLive(): void {
  live.set(!live.get());
}
