// Which view a path names, and the path of a view. Pure; the browser's history is in navigation.ts.

export type Route =
  | { readonly view: "traces" }
  | { readonly view: "trace"; readonly traceId: string }
  | { readonly view: "logs" }
  | { readonly view: "metrics" }
  | { readonly view: "metric"; readonly name: string }
  | { readonly view: "missing"; readonly path: string };

export type Query = Readonly<Record<string, string | number | null | undefined>>;

export function parseRoute(path: string): Route {
  const [room, item, ...rest] = path.split("/").filter((part) => part !== "");
  if (room === undefined) return { view: "traces" };
  const name = item === undefined ? undefined : decode(item);
  if (rest.length > 0 || name === null) return { view: "missing", path };
  switch (room) {
    case "traces":
      if (name === undefined) return { view: "traces" };
      return /^[0-9a-f]{32}$/i.test(name) ? { view: "trace", traceId: name.toLowerCase() } : { view: "missing", path };
    case "logs":
      return name === undefined ? { view: "logs" } : { view: "missing", path };
    case "metrics":
      return name === undefined ? { view: "metrics" } : { view: "metric", name };
    default:
      return { view: "missing", path };
  }
}

export function tracesPath(query: Query = {}): string {
  return `/traces${queryString(query)}`;
}

/** The address of a trace, and of one span in it. */
export function tracePath(traceId: string, spanId?: string | null): string {
  return `/traces/${traceId}${queryString({ span: spanId })}`;
}

export function logsPath(query: Query = {}): string {
  return `/logs${queryString(query)}`;
}

export function metricsPath(query: Query = {}): string {
  return `/metrics${queryString(query)}`;
}

export function metricPath(name: string, query: Query = {}): string {
  return `/metrics/${encodeURIComponent(name)}${queryString(query)}`;
}

/** "?a=1&b=2"; empty, null and undefined values are left out, so that an unset filter leaves no trace in the address. */
export function queryString(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
