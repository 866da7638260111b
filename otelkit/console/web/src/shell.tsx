// What surrounds every view: the header with the way between views, the live switch, the theme, what was received.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fetchStats } from "./api/client";
import { useConnection } from "./api/connection";
import { toggleLive, useLive } from "./api/live";
import { usePolled } from "./api/polling";
import { LogList } from "./logs/log-list";
import { MetricList } from "./metrics/metric-list";
import { LogsIcon, Mark, MetricsIcon, MoonIcon, PauseIcon, SunIcon, SystemThemeIcon, TracesIcon } from "./parts/icons";
import { useTitle } from "./parts/title";
import { usePlace } from "./routing/navigation";
import { logsPath, metricsPath, parseRoute, tracesPath, type Route } from "./routing/route";
import { useServiceUpdates } from "./services";
import { ConnectionBanner } from "./states/connection-banner";
import { LoadingRows } from "./states/loading";
import { chooseTheme, nextTheme, useThemeChoice } from "./theme/theme";
import { formatCount } from "./time/format";
import { TraceDetail } from "./traces/trace-detail";
import { TraceList } from "./traces/trace-list";

export function Shell() {
  useServiceUpdates();
  const { path, query } = usePlace();
  const route = parseRoute(path);
  const room = path.split("/")[1] ?? "";
  const service = query.get("service");
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href={tracesPath()} aria-label="otelkit console, traces">
          <Mark />
          <span>otelkit</span>
        </a>
        <nav aria-label="Views">
          <a href={tracesPath({ service })} aria-current={room === "traces" ? "page" : undefined} data-testid="nav-traces">
            <TracesIcon />
            Traces
          </a>
          <a href={logsPath({ service })} aria-current={room === "logs" ? "page" : undefined} data-testid="nav-logs">
            <LogsIcon />
            Logs
          </a>
          <a href={metricsPath({ service })} aria-current={room === "metrics" ? "page" : undefined} data-testid="nav-metrics">
            <MetricsIcon />
            Metrics
          </a>
        </nav>
        <div class="top-end">
          <Received />
          <LiveSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <ConnectionBanner />
      <main id="main" tabIndex={-1} class={`view-${route.view}`}>
        <View route={route} />
      </main>
    </>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "traces":
      return <TraceList />;
    case "trace":
      return <TraceDetail key={route.traceId} traceId={route.traceId} />;
    case "logs":
      return <LogList />;
    case "metrics":
      return <MetricList />;
    case "metric":
      return <Later key={route.name} load={loadMetricDetail} parameters={{ name: route.name }} />;
    case "missing":
      return <Missing />;
  }
}

/** The chart brings a library along: it is fetched when a chart is first opened. */
const loadMetricDetail = () => import("./metrics/metric-detail").then((module) => module.MetricDetail);

function Later<P extends object>({ load, parameters }: { load: () => Promise<ComponentType<P>>; parameters: P }) {
  const [loaded, setLoaded] = useState<{ readonly component: ComponentType<P> }>();
  useEffect(() => {
    let wanted = true;
    void load().then((component) => wanted && setLoaded({ component }));
    return () => {
      wanted = false;
    };
  }, [load]);
  if (!loaded) return <LoadingRows label="Loading the view" />;
  const Component = loaded.component;
  return <Component {...parameters} />;
}

function Missing() {
  useTitle("Not found");
  return (
    <div class="notice">
      <h1>There is nothing at this address</h1>
      <p>
        <a href={tracesPath()}>Go to the traces</a>
      </p>
    </div>
  );
}

function Received() {
  const { data } = usePolled("stats", fetchStats, () => 3_000);
  if (!data) return null;
  return (
    <p class="received" data-testid="received" title="Stored by this console">
      <span>{formatCount(data.spans)} spans</span>
      <span>{formatCount(data.logs)} logs</span>
      <span>{formatCount(data.metricPoints)} points</span>
      {data.rejected > 0 ? <span class="chip error">{formatCount(data.rejected)} rejected</span> : null}
    </p>
  );
}

function LiveSwitch() {
  const live = useLive();
  const gone = useConnection() === "gone";
  return (
    <button
      type="button"
      class={`live ${live ? "on" : ""} ${gone ? "gone" : ""}`}
      aria-pressed={live}
      title={live ? "Following what arrives. Press to hold still." : "Held still. Press to follow what arrives."}
      data-testid="live"
      onClick={toggleLive}
    >
      {live ? <span class="live-dot" /> : <PauseIcon size={13} />}
      {!live ? "Paused" : gone ? "Retrying" : "Live"}
    </button>
  );
}

function ThemeSwitch() {
  const choice = useThemeChoice();
  return (
    <button
      type="button"
      class="icon-button"
      title={`Theme: ${choice}`}
      aria-label={`Theme: ${choice}. Change.`}
      data-testid="theme"
      onClick={() => chooseTheme(nextTheme(choice))}
    >
      {choice === "system" ? <SystemThemeIcon /> : choice === "light" ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
