// A list of the API that is read newest first, follows what arrives and can be paged into the past.
// While the reader has scrolled down or is at an item, new ones wait behind a button instead of moving the page under their eyes.
import { useEffect, useRef, useState } from "preact/hooks";
import { AnswerCache } from "./answer-cache";
import { RequestProblem, type Page } from "./client";
import { useLive } from "./live";
import { appendOlder, countNew, mergeNewest, type Timed } from "./newest-first";
import { repeat } from "./repeat";

export interface Feed<T> {
  /** Undefined until the first answer. */
  readonly items: readonly T[] | undefined;
  readonly problem: RequestProblem | undefined;
  /** Items that wait because the reader is reading. */
  readonly waiting: number;
  readonly showWaiting: () => void;
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  readonly loadOlder: () => void;
}

interface State<T> {
  readonly key: string;
  readonly list: Page<T> | undefined;
  readonly held: Page<T> | undefined;
  readonly problem: RequestProblem | undefined;
}

const every = 2_000;
/** Scrolled further than this, the reader is reading and new items wait. */
const readingDepth = 240;
const lists = new AnswerCache<Page<unknown>>(12);

type Load<T> = (before: string | null, signal: AbortSignal) => Promise<Page<T>>;

/** `hold` says that the reader is at an item: new ones wait then, too. */
export function useFeed<T>(key: string, load: Load<T>, timed: Timed<T>, hold: boolean): Feed<T> {
  const live = useLive();
  const empty = (): State<T> => ({ key, list: lists.get(key) as Page<T> | undefined, held: undefined, problem: undefined });
  const [stored, setState] = useState<State<T>>(empty);
  const [loadingOlder, setLoadingOlder] = useState(false);
  const newest = useRef(load);
  newest.current = load;
  const held = useRef(hold);
  held.current = hold;
  const state = stored.key === key ? stored : empty();

  function change(next: (state: State<T>) => State<T>): void {
    setState((last) => {
      const changed = next(last.key === key ? last : empty());
      if (changed.list) lists.put(key, changed.list);
      return changed;
    });
  }

  useEffect(
    () =>
      repeat(
        async (signal) => {
          const page = await newest.current(null, signal);
          const reading = held.current || scrollY > readingDepth;
          change((last) => {
            if (!last.list) return { ...last, list: page, held: undefined, problem: undefined };
            if (reading && countNew(last.list, page, timed) > 0) return { ...last, held: page, problem: undefined };
            return { ...last, list: mergeNewest(last.list, page, timed), held: undefined, problem: undefined };
          });
        },
        { every: () => (live ? every : null), onProblem: (problem) => change((last) => ({ ...last, problem })) },
      ),
    [key, live],
  );

  async function loadOlder(): Promise<void> {
    if (loadingOlder || !state.list?.next) return;
    setLoadingOlder(true);
    try {
      const page = await newest.current(state.list.next, new AbortController().signal);
      change((last) => (last.list ? { ...last, list: appendOlder(last.list, page, timed), problem: undefined } : last));
    } catch (error) {
      const problem = error instanceof RequestProblem ? error : new RequestProblem("refused", String(error));
      change((last) => ({ ...last, problem }));
    } finally {
      setLoadingOlder(false);
    }
  }

  return {
    items: state.list?.items,
    problem: state.problem,
    waiting: state.list && state.held ? countNew(state.list, state.held, timed) : 0,
    showWaiting: () => {
      scrollTo({ top: 0 });
      change((last) => (last.list && last.held ? { ...last, list: mergeNewest(last.list, last.held, timed), held: undefined } : last));
    },
    hasOlder: Boolean(state.list?.next),
    loadingOlder,
    loadOlder: () => void loadOlder(),
  };
}
