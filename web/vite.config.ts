import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env["TONMEISTER_SERVER"] ?? "http://127.0.0.1:8765";

/** Writes /sw.js with the list of files that make the shell, so that it works without a network after one visit. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const shell = new Set<string>(["/", "/theme.js", "/manifest.webmanifest", "/icons/icon.svg"]);
      const add = (name: string): void => {
        const file = bundle[name];
        if (file === undefined || shell.has(`/${name}`)) return;
        shell.add(`/${name}`);
        if (file.type !== "chunk") return;
        file.imports.forEach(add);
        file.viteMetadata?.importedCss.forEach(add);
        file.viteMetadata?.importedAssets.forEach((asset) => /latin-wght/.test(asset) && add(asset));
      };
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk" && file.isEntry) add(file.fileName);
        if (file.type === "asset" && /(inter|jetbrains-mono)-latin-wght.*\.woff2$/.test(file.fileName)) add(file.fileName);
      }
      const files = [...shell].sort();
      const source = readFileSync(new URL("./src/sw.js", import.meta.url), "utf-8");
      const version = createHash("sha256").update(files.join()).update(source).digest("hex").slice(0, 12);
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: source.replace("__VERSION__", version).replace("__SHELL__", JSON.stringify(files)),
      });
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), serviceWorker()],
  resolve: {
    alias: { $lib: fileURLToPath(new URL("./src", import.meta.url)) },
    // vitest runs in Node but mounts components as a browser does
    ...(mode === "test" ? { conditions: ["browser"] } : {}),
  },
  build: {
    target: "es2022",
    manifest: true,
    // no file as data: URL, so that the content security policy needs no exception
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: server, ws: true },
      "/health": { target: server },
      "/metrics": { target: server },
    },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts", "src/**/*.test.ts"] },
}));
