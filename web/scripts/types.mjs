// Writes src/api/schema.d.ts from the server's OpenAPI document; with --check it only tells whether that is current.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../docs/reference/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const document = JSON.parse(readFileSync(source, "utf-8"));

// The pages need models and routes; refusals have one shape (ErrorEnvelope), and routes of older clients are not ours.
for (const [path, item] of Object.entries(document.paths)) {
  if (!path.startsWith("/api/v1/") || /^\/api\/v1\/(jobs|batches)\/[a-z]+$/.test(path) && path !== "/api/v1/jobs/clean-up") {
    delete document.paths[path];
    continue;
  }
  for (const operation of Object.values(item)) {
    if (operation.responses === undefined) continue;
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (!status.startsWith("2")) delete operation.responses[status];
      delete answer.headers;
    }
    operation.parameters = operation.parameters?.filter((parameter) => parameter.in !== "header");
  }
}

const text = `// Generated from docs/reference/openapi.json by scripts/types.mjs.\n${astToString(await openapiTS(document))}`;
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf-8") !== text) {
  console.error("src/api/schema.d.ts is not what docs/reference/openapi.json says: run `npm run types`.");
  process.exit(1);
}
