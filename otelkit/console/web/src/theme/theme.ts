// The theme: the system's, unless the reader chose one. public/theme.js applies the choice before the first paint.
import { useEffect, useState } from "preact/hooks";
import { observable, useObservable } from "../observable";

export type ThemeChoice = "system" | "light" | "dark";

const storageKey = "otelkit.theme";
const order: readonly ThemeChoice[] = ["system", "light", "dark"];
const choice = observable<ThemeChoice>(readChoice());

export function useThemeChoice(): ThemeChoice {
  return useObservable(choice);
}

/** The choice after `current` in the order system, light, dark. */
export function nextTheme(current: ThemeChoice): ThemeChoice {
  return order[(order.indexOf(current) + 1) % order.length] ?? "system";
}

export function chooseTheme(next: ThemeChoice): void {
  if (next === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  try {
    if (next === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, next);
  } catch {
    // Storage is blocked: the choice holds until the page is closed.
  }
  choice.set(next);
}

/** Changes whenever the colours on the screen do; canvases draw again. */
export function useThemeInForce(): "light" | "dark" {
  const chosen = useThemeChoice();
  const [systemDark, setSystemDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setSystemDark(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  if (chosen !== "system") return chosen;
  return systemDark ? "dark" : "light";
}

function readChoice(): ThemeChoice {
  const set = typeof document === "undefined" ? undefined : document.documentElement.dataset["theme"];
  return set === "light" || set === "dark" ? set : "system";
}
