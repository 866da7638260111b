// Finding a Python traceback in a text and telling its lines apart. Drawing it is in exception-text.tsx.

const beginning = /^\s*(?:[+| ]*)(Exception Group )?Traceback \(most recent call last\):/m;

export type LineRole = "title" | "frame" | "code" | "marker" | "error" | "between";

export interface TracebackLine {
  readonly role: LineRole;
  readonly text: string;
}

export interface SplitText {
  /** What was said before the traceback: the log's message. */
  readonly message: string;
  readonly traceback: string | null;
}

export function splitTraceback(text: string): SplitText {
  const found = beginning.exec(text);
  if (!found) return { message: text, traceback: null };
  return { message: text.slice(0, found.index).trim(), traceback: text.slice(found.index).replace(/^\n+|\s+$/g, "") };
}

/** Each line of a traceback with its role: frames and errors are what a reader looks for. */
export function readTraceback(traceback: string): readonly TracebackLine[] {
  return traceback.split("\n").map((text) => ({ role: roleOf(text), text }));
}

function roleOf(text: string): LineRole {
  const bare = text.replace(/^[\s|+]*/, "");
  if (/^(Exception Group )?Traceback \(most recent call last\):/.test(bare)) return "title";
  if (/^File ".*", line \d+/.test(bare)) return "frame";
  if (/^[~^]+$/.test(bare.trim())) return "marker";
  if (/^\S/.test(text) || /^\s*\|\s?\S/.test(text)) return /^[\w.]+(:|$)/.test(bare) ? "error" : "between";
  return "code";
}

/** The line that says what went wrong: the last error of the traceback. */
export function lastError(traceback: string): string {
  return readTraceback(traceback).findLast((line) => line.role === "error")?.text.trim() ?? "";
}
