// The current time as something to draw with: "12 s ago" must keep counting while nothing else changes.
import { useEffect, useState } from "preact/hooks";

/** Unix milliseconds, refreshed every `every` milliseconds while the page is visible. */
export function useNow(every = 5_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
