// Doing something again and again: at a steady pace while it goes well, and ever more slowly while it fails.
// Knows nothing of requests or of drawing.
import { RequestProblem } from "./client";

const firstRetry = 1_000;
const slowestRetry = 10_000;

export interface RepeatOptions {
  /** Milliseconds from one success to the next try; null when there is to be none. Asked after each success. */
  readonly every: () => number | null;
  readonly onProblem: (problem: RequestProblem) => void;
}

/** Runs `work` now and then as told, not while the page is hidden; returns what stops it. Failures are always retried, also where `every` says null. */
export function repeat(work: (signal: AbortSignal) => Promise<void>, options: RepeatOptions): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  async function run(): Promise<void> {
    try {
      await work(controller.signal);
      failures = 0;
      const pause = options.every();
      if (pause !== null) schedule(pause);
    } catch (error) {
      if (controller.signal.aborted) return;
      options.onProblem(error instanceof RequestProblem ? error : new RequestProblem("refused", String(error)));
      schedule(Math.min(firstRetry * 2 ** failures, slowestRetry));
      failures += 1;
    }
  }

  function schedule(delay: number): void {
    if (controller.signal.aborted) return;
    timer = setTimeout(() => {
      if (!document.hidden) void run();
      else document.addEventListener("visibilitychange", () => void run(), { once: true, signal: controller.signal });
    }, delay);
  }

  void run();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
