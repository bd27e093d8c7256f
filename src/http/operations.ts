/** Routes for whoever runs the server: is it alive, should it get requests, how is it doing. */
import { RegistryError } from "../errors.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RequestContext } from "./context.ts";
import type { Route } from "./router.ts";

export type OperationsParts<Needs> = {
  /** What anyone may ask. */
  open: Needs;
  /** Null serves no /metrics here. */
  metrics: Metrics | null;
  /** Resolves when the server can do its work; throws an error whose message says why it cannot. */
  checkReady: () => Promise<void>;
};

export function operationsRoutes<Needs, Caller>(parts: OperationsParts<Needs>): Route<Needs, Caller>[] {
  const { open, metrics, checkReady } = parts;
  const text = (context: RequestContext, body: string, type = "text/plain; charset=utf-8") =>
    new Response(body, {
      headers: {
        "Content-Type": type,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": context.id,
        "Content-Length": String(Buffer.byteLength(body)),
      },
    });
  const routes: Route<Needs, Caller>[] = [
    { id: "healthz", method: "GET", path: "/healthz", needs: open, handle: (context) => text(context, "ok\n") },
    {
      id: "readyz",
      method: "GET",
      path: "/readyz",
      needs: open,
      handle: async (context) => {
        try {
          await checkReady();
        } catch (cause) {
          const message = cause instanceof Error ? cause.message : String(cause);
          throw new RegistryError("UNAVAILABLE", { message: `not ready: ${message}`, cause });
        }
        return text(context, "ok\n");
      },
    },
  ];
  if (metrics) {
    const format = "text/plain; version=0.0.4; charset=utf-8";
    routes.push({
      id: "metrics",
      method: "GET",
      path: "/metrics",
      needs: open,
      handle: (context) => text(context, metrics.format(), format),
    });
  }
  return routes;
}
