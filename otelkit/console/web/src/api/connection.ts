// Whether the console answers. Every request reports here; the banner in the shell reads it.
import { observable, useObservable } from "../observable";

export type Connection = "unknown" | "answering" | "gone";

const connection = observable<Connection>("unknown");

export function useConnection(): Connection {
  return useObservable(connection);
}

export function reportAnswer(): void {
  connection.set("answering");
}

export function reportSilence(): void {
  connection.set("gone");
}
