// Where the page begins: styles, navigation, the shell.
import { render } from "preact";
import { Shell } from "./shell";
import { startNavigation } from "./routing/navigation";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/sections.css";
import "./styles/states.css";
import "./styles/traces.css";
import "./styles/trace-detail.css";
import "./styles/waterfall.css";
import "./styles/span-panel.css";
import "./styles/logs.css";
import "./styles/trace-logs.css";
import "./styles/metrics.css";
import "./styles/metric-chart.css";
import "./styles/metric-series.css";

startNavigation();
const place = document.getElementById("page");
if (place) render(<Shell />, place);
