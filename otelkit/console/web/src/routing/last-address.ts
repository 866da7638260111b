// Where a list was left, filters and all, so that the way back from one of its items leads there.
import { useEffect } from "preact/hooks";
import { usePlace } from "./navigation";

const left = new Map<string, string>();

/** Called by a list: remembers its address for as long as the page is open. */
export function useRememberedAddress(): void {
  const { path, query } = usePlace();
  const search = query.toString();
  useEffect(() => {
    left.set(path, search === "" ? path : `${path}?${search}`);
  }, [path, search]);
}

/** The address at which the list of that path was left; the path itself if it was not visited. */
export function lastAddress(path: string): string {
  return left.get(path) ?? path;
}
