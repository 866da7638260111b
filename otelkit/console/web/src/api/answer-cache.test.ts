import { expect, it } from "vitest";
import { AnswerCache } from "./answer-cache";

it("keeps the answers that were put last", () => {
  const cache = new AnswerCache<number>(2);
  cache.put("a", 1);
  cache.put("b", 2);
  cache.put("a", 3);
  cache.put("c", 4);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([3, undefined, 4]);
});
