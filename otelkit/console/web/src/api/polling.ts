// One answer of the API as something to draw with, fetched again while the page is live.
// Lists that grow at the front are in feed.ts.
import { useEffect, useRef, useState } from "preact/hooks";
import type { RequestProblem } from "./client";
import { useLive } from "./live";
import { AnswerCache } from "./answer-cache";
import { repeat } from "./repeat";

export interface Polled<T> {
  readonly data: T | undefined;
  /** The last failure, gone with the next success. */
  readonly problem: RequestProblem | undefined;
}

const answers = new AnswerCache<unknown>(40);

/** `key` names what is asked for: when it changes the old answer is dropped. `every` gives the milliseconds to the next request, null for none. */
export function usePolled<T>(key: string, load: (signal: AbortSignal) => Promise<T>, every: (data: T) => number | null): Polled<T> {
  const live = useLive();
  const [answer, setAnswer] = useState<{ key: string; data?: T; problem?: RequestProblem }>({ key });
  const newest = useRef(load);
  newest.current = load;
  const pace = useRef(every);
  pace.current = every;

  useEffect(() => {
    let pause: number | null = null;
    return repeat(
      async (signal) => {
        const data = await newest.current(signal);
        pause = pace.current(data);
        answers.put(key, data);
        setAnswer({ key, data });
      },
      {
        every: () => (live ? pause : null),
        onProblem: (problem) => setAnswer((last) => ({ ...(last.key === key ? last : {}), key, problem })),
      },
    );
  }, [key, live]);

  const current = answer.key === key ? answer : undefined;
  return {
    data: current?.data ?? (answers.get(key) as T | undefined),
    problem: current?.problem,
  };
}
