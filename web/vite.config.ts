/** How the pages are built, by scripts/build-pages.ts: `npm run pages` does it once, `npm ci` too. */
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { withoutSchemas } from "./without-schemas.ts";

// Vite finds its configuration as the default export.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [withoutSchemas(), react(), tailwind()],
  resolve: { alias: { zod: `${import.meta.dirname}/data/no-schemas.ts` } },
  build: {
    emptyOutDir: true,
    // `light-dark()` stays as it is written: what would replace it knows no choice of the person's own.
    cssTarget: "chrome123",
    // The policy for scripts and styles allows nothing inline, not even what is short.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
});
