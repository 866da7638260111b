// What the keys of a tree do in the waterfall, after the tree pattern of the ARIA authoring practices. Pure.
import type { WaterfallRow } from "./waterfall-layout";

export type KeyEffect =
  | { readonly kind: "focus"; readonly spanId: string }
  | { readonly kind: "collapse"; readonly spanId: string }
  | { readonly kind: "expand"; readonly spanId: string }
  | { readonly kind: "select"; readonly spanId: string }
  | { readonly kind: "close" };

export function keyEffect(key: string, rows: readonly WaterfallRow[], focused: string): KeyEffect | null {
  const index = rows.findIndex((row) => row.span.spanId === focused);
  const row = rows[index];
  if (!row) return null;
  switch (key) {
    case "ArrowDown":
    case "j":
      return focus(rows[index + 1]);
    case "ArrowUp":
    case "k":
      return focus(rows[index - 1]);
    case "Home":
      return focus(rows[0]);
    case "End":
      return focus(rows.at(-1));
    case "ArrowRight":
      if (row.descendants === 0) return null;
      return row.collapsed ? { kind: "expand", spanId: focused } : focus(rows[index + 1]);
    case "ArrowLeft":
      if (row.descendants > 0 && !row.collapsed) return { kind: "collapse", spanId: focused };
      return focus(rows.slice(0, index).findLast((above) => above.depth < row.depth));
    case "Enter":
    case " ":
      return { kind: "select", spanId: focused };
    case "Escape":
      return { kind: "close" };
    default:
      return null;
  }
}

function focus(row: WaterfallRow | undefined): KeyEffect | null {
  return row ? { kind: "focus", spanId: row.span.spanId } : null;
}
