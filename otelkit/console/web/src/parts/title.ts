// The document's title: what is shown first, the program last.
import { useEffect } from "preact/hooks";

export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, "otelkit console"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}
