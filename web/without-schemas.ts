/**
 * What the pages need of an endpoint is where it is and how it is asked for: a tenth of what its file holds, which is schemas and
 * documentation for the server. The build puts that tenth in the file's place; types still come from the file itself.
 */
import type { Plugin } from "vite";

const API_FILE = /\/src\/(?:.*\/)?(?:api|[\w-]+-api|api\/[\w-]+)\.ts$/;
const FIELDS = ["id", "method", "path", "media"] as const;

export function withoutSchemas(): Plugin {
  return {
    name: "berth-without-schemas",
    enforce: "pre",
    async load(id) {
      const [path = ""] = id.split("?");
      if (!API_FILE.test(path)) return null;
      const exported = (await import(path)) as Record<string, unknown>;
      const lines = Object.entries(exported)
        .map(([name, value]) => [name, JSON.stringify(value, leaveOut)] as const)
        // Functions are schemas, and the server's.
        .filter(([, text]) => text !== undefined)
        .map(([name, text]) => `export const ${name} = ${text};`);
      return lines.join("\n");
    },
  };
}

function leaveOut(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("method" in value && "schemas" in value)) return value;
  return Object.fromEntries(FIELDS.flatMap((field) => (field in value ? [[field, Reflect.get(value, field)]] : [])));
}
