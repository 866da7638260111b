// A value that components watch: the whole of the page's shared state (live, theme, connection) is a few of these.
// What the server answers is not kept here; see api/.
import { useEffect, useState } from "preact/hooks";

export interface Observable<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function observable<T>(initial: T): Observable<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useObservable<T>(source: Observable<T>): T {
  const [, redraw] = useState<object>();
  useEffect(() => {
    const seen = source.get();
    const unsubscribe = source.subscribe(() => redraw({}));
    // It may have changed between drawing and subscribing.
    if (!Object.is(seen, source.get())) redraw({});
    return unsubscribe;
  }, [source]);
  return source.get();
}
