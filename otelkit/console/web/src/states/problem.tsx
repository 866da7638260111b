// What stands where an answer failed to come. The page keeps retrying by itself; this says so.
import type { ComponentChildren } from "preact";
import type { RequestProblem } from "../api/client";

export function ProblemNotice({ problem, children }: { problem: RequestProblem; children?: ComponentChildren }) {
  return (
    <div class="notice" role="alert" data-testid="problem">
      <h2>{problem.kind === "gone" ? "The console does not answer" : "This could not be loaded"}</h2>
      <p>{problem.kind === "gone" ? "It is asked again every few seconds. What it stored is still in its file." : problem.message}</p>
      {children}
    </div>
  );
}
