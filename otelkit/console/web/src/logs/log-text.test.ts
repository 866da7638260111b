import { expect, it } from "vitest";
import type { Json, LogRecord } from "../api/types";
import { firstLine, readLog } from "./log-text";
import { levelChoices, levelOf, lowestSeverity } from "./severity";
import { shownAttributes } from "./shown-attributes";

function log(body: Json, attributes: LogRecord["attributes"] = {}, eventName: string | null = null): LogRecord {
  return {
    id: "1",
    time: "1",
    severityNumber: 9,
    severityText: "INFO",
    body,
    service: "",
    scope: "",
    traceId: null,
    spanId: null,
    attributes,
    resource: {},
    eventName,
  };
}

const stack = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1';

it.each<[string, LogRecord, string, string | null]>([
  ["a plain body", log("scored"), "scored", null],
  ["a body with its traceback", log(`failed\n${stack}`), "failed", stack],
  ["a traceback in the attributes", log("failed", { "exception.stacktrace": stack }), "failed", stack],
  ["a structured body with an event", log({ event: "scored", score: 1 }), "scored", null],
  ["another structured body", log({ a: 1 }), '{"a":1}', null],
  ["no body but an event name", log(null, {}, "audit.login"), "audit.login", null],
  ["a number", log(42), "42", null],
])("reads %s", (_, record, message, traceback) => expect(readLog(record)).toEqual({ message, traceback }));

it("firstLine is the first line", () => expect([firstLine("a\nb"), firstLine("a")]).toEqual(["a", "a"]));

it("levels follow the severity numbers of the data model", () => {
  expect([0, 1, 4, 5, 9, 12, 13, 17, 21, 24, 99].map(levelOf)).toEqual([
    "info",
    "trace",
    "trace",
    "debug",
    "info",
    "info",
    "warn",
    "error",
    "fatal",
    "fatal",
    "fatal",
  ]);
  expect(lowestSeverity("error")).toBe(17);
  expect(levelChoices.map((choice) => choice.value)).toEqual(["", "9", "13", "17"]);
});

it("a line leaves out what it says elsewhere", () => {
  const attributes = { "exception.stacktrace": stack, "code.function.name": "f", "exception.type": "KeyError", score: 1 };
  expect(shownAttributes(log("", attributes))).toEqual({ "exception.type": "KeyError", score: 1 });
});
