import { describe, expect, it } from "vitest";
import { lastError, readTraceback, splitTraceback } from "./traceback";

const traceback = `Traceback (most recent call last):
  File "/srv/app.py", line 3, in score
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app.py", line 9, in main
    score(0)
app.errors.ScoringFailed: tx-1`;

describe("splitTraceback", () => {
  it("parts the message from the traceback behind it", () => {
    expect(splitTraceback(`scoring failed\n${traceback}\n`)).toEqual({ message: "scoring failed", traceback });
  });

  it("leaves other texts alone", () => {
    expect(splitTraceback("two\nlines")).toEqual({ message: "two\nlines", traceback: null });
    expect(splitTraceback("")).toEqual({ message: "", traceback: null });
  });

  it("finds the traceback of an exception group", () => {
    const group = "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f\n  | ExceptionGroup: two (2 sub-exceptions)";
    expect(splitTraceback(group)).toEqual({ message: "", traceback: group });
  });
});

it("readTraceback tells frames, code, markers and errors apart", () => {
  expect(readTraceback(traceback).map((line) => line.role)).toEqual([
    "title",
    "frame",
    "code",
    "marker",
    "error",
    "code",
    "between",
    "code",
    "title",
    "frame",
    "code",
    "error",
  ]);
});

it("lastError is what finally went wrong", () => {
  expect(lastError(traceback)).toBe("app.errors.ScoringFailed: tx-1");
  expect(lastError("Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nKeyboardInterrupt")).toBe("KeyboardInterrupt");
});
