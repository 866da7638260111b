import { describe, expect, it } from "vitest";
import { logsPath, metricPath, parseRoute, queryString, tracePath, tracesPath } from "./route";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("parseRoute", () => {
  it.each([
    ["/", { view: "traces" }],
    ["/traces", { view: "traces" }],
    ["/traces/", { view: "traces" }],
    [`/traces/${traceId}`, { view: "trace", traceId }],
    [`/traces/${traceId.toUpperCase()}`, { view: "trace", traceId }],
    ["/logs", { view: "logs" }],
    ["/metrics", { view: "metrics" }],
    ["/metrics/http.server.request.duration", { view: "metric", name: "http.server.request.duration" }],
    ["/metrics/a%2Fb%20c", { view: "metric", name: "a/b c" }],
  ])("reads %s", (path, route) => expect(parseRoute(path)).toEqual(route));

  it.each(["/traces/nothex", "/elsewhere", "/logs/1", "/metrics/a/b", "/metrics/%E0%A4%A"])("knows no view at %s", (path) =>
    expect(parseRoute(path)).toEqual({ view: "missing", path }),
  );

  it("reads back the paths it makes", () => {
    for (const name of ["http.server.request.duration", "a/b", "ü %", "?x#y"]) {
      expect(parseRoute(metricPath(name))).toEqual({ view: "metric", name });
    }
    expect(parseRoute(tracePath(traceId))).toEqual({ view: "trace", traceId });
  });
});

describe("paths", () => {
  it("leave unset filters out of the address", () => {
    expect(tracesPath({ service: "", q: null, status: undefined })).toBe("/traces");
    expect(logsPath({ trace: traceId, severity: 17 })).toBe(`/logs?trace=${traceId}&severity=17`);
    expect(tracePath(traceId, "00f067aa0ba902b7")).toBe(`/traces/${traceId}?span=00f067aa0ba902b7`);
  });

  it("keep any text intact", () => {
    const text = "a&b=c d+é/?";
    expect(new URLSearchParams(queryString({ q: text })).get("q")).toBe(text);
  });
});
