import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env["TONMEISTER_SERVER"] ?? "http://127.0.0.1:8765";

/** Has the browser fetch the text font together with the page, not after its styles. */
function preloadFont(): Plugin {
  return {
    name: "preload-font",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const font = Object.keys(bundle ?? {}).find((name) => /inter-latin-wght.*\.woff2$/.test(name));
        if (font === undefined) throw new Error("The build has no Inter font to preload.");
        return [{ tag: "link", attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${font}`, crossorigin: true }, injectTo: "head" }];
      },
    },
  };
}

/** Writes /sw.js with the list of files that make the shell, so that it works without a network after one visit. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      // all code and styles (about 150 KB packed) and the two Latin fonts; other scripts' fonts are kept when first used
      const shell = ["/", "/theme.js", "/manifest.webmanifest", "/icons/icon.svg"];
      for (const name of Object.keys(bundle)) {
        if (/^assets\/.*\.(js|css)$/.test(name) || /(inter|jetbrains-mono)-latin-wght.*\.woff2$/.test(name)) shell.push(`/${name}`);
      }
      const files = shell.sort();
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

const alphaTabRoot = new URL("./node_modules/@coderline/alphatab/", import.meta.url);
const alphaTabVersion = (JSON.parse(readFileSync(new URL("package.json", alphaTabRoot), "utf-8")) as { version: string }).version;

/**
 * Lays alphaTab beside the page as it was published: its worker loads the very file that the page loads, so packing it
 * would ship it three times. Only the pages that draw music load it; its licences lie beside it.
 */
function alphaTab(): Plugin {
  const names = {
    "alphaTab.mjs": "dist/alphaTab.min.mjs",
    "alphaTab.core.mjs": "dist/alphaTab.core.min.mjs",
    "alphaTab.worker.mjs": "dist/alphaTab.worker.min.mjs",
    "alphaTab.worklet.mjs": "dist/alphaTab.worklet.min.mjs",
    "LICENSE.txt": "LICENSE",
    "font/Bravura.woff2": "dist/font/Bravura.woff2",
    "font/Bravura-OFL.txt": "dist/font/Bravura-OFL.txt",
    "soundfont/sonivox.sf3": "dist/soundfont/sonivox.sf3",
    "soundfont/LICENSE.txt": "dist/soundfont/LICENSE",
  };
  return {
    name: "alphatab",
    apply: "build",
    generateBundle() {
      for (const [name, path] of Object.entries(names)) {
        this.emitFile({ type: "asset", fileName: `assets/alphatab-${alphaTabVersion}/${name}`, source: readFileSync(new URL(path, alphaTabRoot)) });
      }
    },
  };
}

export default defineConfig(({ mode, command }) => ({
  plugins: [svelte(), preloadFont(), serviceWorker(), alphaTab()],
  define: { __ALPHATAB__: JSON.stringify(command === "build" ? `/assets/alphatab-${alphaTabVersion}/` : "/node_modules/@coderline/alphatab/dist/") },
  resolve: {
    alias: { $lib: fileURLToPath(new URL("./src", import.meta.url)) },
    // vitest runs in Node but mounts components as a browser does
    ...(mode === "test" ? { conditions: ["browser"] } : {}),
  },
  build: {
    target: "es2022",
    manifest: true,
    // what the licences of the packed libraries ask for
    license: { fileName: "licences.txt" },
    // no file as data: URL, so that the content security policy needs no exception
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      // the server takes changes and sockets from its own pages only
      "/api": { target: server, ws: true, changeOrigin: true, headers: { origin: server } },
      "/health": { target: server },
      "/metrics": { target: server },
    },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts", "src/**/*.test.ts"] },
}));
