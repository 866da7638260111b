// The last few answers, so that going back to a view shows it at once, at the place where it was left.

export class AnswerCache<T> {
  readonly #answers = new Map<string, T>();

  constructor(readonly size: number) {}

  get(key: string): T | undefined {
    return this.#answers.get(key);
  }

  put(key: string, answer: T): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= this.size) break;
      this.#answers.delete(oldest);
    }
  }
}
