// How the page is built: from src/ into ../page, which `otelkit console` serves and the wheel carries.
// `npm run dev` hands the API's requests to a running console, named by OTELKIT_CONSOLE (default http://127.0.0.1:4318).
import { defineConfig } from "vite";

declare const process: { env: Record<string, string | undefined> };

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../page",
    emptyOutDir: true,
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // The console's content security policy allows only files of its own origin: nothing is inlined as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled asks for its licence to be passed on.
    license: { fileName: "licenses.md" },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": process.env["OTELKIT_CONSOLE"] ?? "http://127.0.0.1:4318" },
  },
});
