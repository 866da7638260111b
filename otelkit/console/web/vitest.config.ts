// The tests of the page's logic. They need no browser; the page itself is driven by tests/page of the repository.
import { defineConfig } from "vitest/config";

export default defineConfig({
  // css: the test of contrast reads the style sheet.
  test: { include: ["src/**/*.test.ts"], environment: "node", css: true },
});
