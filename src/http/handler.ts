/**
 * What happens to every request, in order: identify it, check its Host, find the route, let the guard decide,
 * run the handler, render what went wrong, count and log it. A handler that answers at once is not made to wait.
 */

import { RegistryError } from "../errors.ts";
import { randomHex } from "../lib/random.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Histogram, Metrics } from "../telemetry/metrics.ts";
import { accessLogger, type AccessEntry } from "./access-log.ts";
import { isValidHost, unmapped, type TrustedProxies } from "./client-address.ts";
import { RequestContext, type HttpServer } from "./context.ts";
import { renderError, renderProblem, unexpected } from "./errors.ts";
import type { Route, Router } from "./router.ts";

export type HandlerOptions<Needs, Caller> = {
  router: Router<Needs, Caller>;
  /** Finds out who calls and throws unless they may do what the route needs. */
  guard: (context: RequestContext, needs: Needs, isForReadonly?: boolean) => Caller | Promise<Caller>;
  /** Name of a caller in the access log. */
  nameOf: (caller: Caller) => string;
  /** Turns failures of lower layers into errors for clients; null for one that it does not know. */
  translate: (error: unknown) => RegistryError | null;
  /** Failures at paths that start so are rendered as problem+json, all others as the distribution API's; none unless given. */
  problemsUnder?: string;
  trustedProxies: TrustedProxies;
  log: Log;
  logAccess: boolean;
  metrics: Metrics;
};

export type Fetch = (request: Request, server: HttpServer) => Response | Promise<Response>;

const DURATION_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];
const UNROUTED = "none";
const UNREAD_BODY_SECONDS = 5;

export type Handler = {
  fetch: Fetch;
  /** Requests that have not been answered yet. */
  inFlight: () => number;
};

export function createHandler<Needs, Caller>(options: HandlerOptions<Needs, Caller>): Handler {
  const { router, guard, log } = options;
  const access = options.logAccess ? accessLogger(log) : null;
  const meters = createMeters(options.metrics);
  const boot = randomHex(5);
  let sequence = 0;
  let inFlight = 0;
  let knownHost: string | null = null;
  options.metrics.gauge("berth_requests_in_flight", "Requests being answered.", () => inFlight);

  const begin = (request: Request, server: HttpServer): RequestContext => {
    sequence += 1;
    const host = request.headers.get("host");
    if (host === null || host === "") throw new RegistryError("HOST_INVALID");
    const url = request.url;
    const path = url.indexOf("/", url.indexOf("://") + 3);
    const question = url.indexOf("?", path);
    return new RequestContext({
      request,
      server,
      path: question < 0 ? url.slice(path) : url.slice(path, question),
      query: question < 0 ? "" : url.slice(question + 1),
      id: `${boot}-${sequence.toString(36)}`,
      host,
      startedAt: performance.now(),
    });
  };

  const end = (context: RequestContext, route: string, response: Response, caller: string): Response => {
    inFlight -= 1;
    const durationMs = performance.now() - context.startedAt;
    meters.count(route, context.method, response.status, durationMs);
    if (access) access(describe(context, route, response, durationMs, caller, options.trustedProxies));
    return response;
  };

  const fail = (context: RequestContext, route: string, error: unknown): Response => {
    const shown = toRegistryError(error, context.id, options.translate);
    logFailure(log, context, shown, error);
    // Whoever was refused may leave the rest of the body unsent: the connection must not wait for it.
    if (context.request.body !== null) context.server.timeout(context.request, UNREAD_BODY_SECONDS);
    const { problemsUnder } = options;
    const render = problemsUnder !== undefined && context.path.startsWith(problemsUnder) ? renderProblem : renderError;
    return end(context, route, render(shown, context.id, context.method === "HEAD"), "");
  };

  const finish = async (
    context: RequestContext,
    route: Route<Needs, Caller>,
    caller: Caller | Promise<Caller>,
    response: Response | Promise<Response> | null,
  ): Promise<Response> => {
    try {
      const known = await caller;
      return end(context, route.id, await (response ?? route.handle(context, known)), options.nameOf(known));
    } catch (error) {
      return fail(context, route.id, error);
    }
  };

  const fetch: Fetch = (request, server) => {
    let context: RequestContext;
    try {
      context = begin(request, server);
    } catch {
      // Bun cannot make a URL of some Host headers that it lets through.
      return renderError(new RegistryError("HOST_INVALID"), boot, request.method === "HEAD");
    }
    inFlight += 1;
    return dispatch(context);
  };

  const dispatch = (context: RequestContext): Response | Promise<Response> => {
    let routeId = UNROUTED;
    try {
      if (context.host !== knownHost) {
        if (!isValidHost(context.host)) throw new RegistryError("HOST_INVALID");
        knownHost = context.host;
      }
      const { route, params } = router.match(context.method, context.path);
      routeId = route.id;
      context.params = params;
      const caller = guard(context, route.needs, route.isForReadonly);
      if (caller instanceof Promise) return finish(context, route, caller, null);
      const response = route.handle(context, caller);
      if (response instanceof Promise) return finish(context, route, caller, response);
      return end(context, routeId, response, options.nameOf(caller));
    } catch (error) {
      const loading = routeId === UNROUTED ? router.loadFor(context.path) : null;
      if (loading === null) return fail(context, routeId, error);
      return loading.then(
        () => dispatch(context),
        (failure: unknown) => fail(context, routeId, failure),
      );
    }
  };
  return { fetch, inFlight: () => inFlight };
}

function describe(
  context: RequestContext,
  route: string,
  response: Response,
  durationMs: number,
  caller: string,
  proxies: TrustedProxies,
): AccessEntry {
  const peer = unmapped(context.server.requestIP(context.request)?.address ?? "");
  return {
    id: context.id,
    method: context.method,
    path: context.path,
    route,
    status: response.status,
    sizeBytes: Number(response.headers.get("content-length") ?? 0),
    durationMs,
    address: proxies.isEmpty ? peer : proxies.resolve(peer, context.request.headers, false).address,
    agent: context.request.headers.get("user-agent"),
    caller,
  };
}

/** What was refused on purpose needs a line, what nobody expected needs everything that is known. */
function logFailure(log: Log, context: RequestContext, shown: RegistryError, error: unknown): void {
  if (shown.status < 500) return;
  const { id, path } = context;
  if (shown.code === "UNKNOWN") log.error("request failed", { id, path, error });
  else log.warn("request refused", { id, path, code: shown.wireCode, reason: shown.message });
}

function toRegistryError(
  error: unknown,
  requestId: string,
  translate: (error: unknown) => RegistryError | null,
): RegistryError {
  if (error instanceof RegistryError) return error;
  // The sender broke off or sent a malformed body: its fault, and perhaps nobody is left to read the answer.
  if (error instanceof DOMException && error.name === "AbortError") {
    return new RegistryError("BODY_INCOMPLETE", { cause: error });
  }
  return translate(error) ?? unexpected(requestId, error);
}

/** Labels are route ids and status classes: a bounded set, whatever is sent. */
function createMeters(metrics: Metrics) {
  const series = new Map<string, { requests: Counter; duration: Histogram }>();
  return {
    count: (route: string, method: string, status: number, durationMs: number) => {
      const key = `${route} ${method === "HEAD" ? "HEAD" : ""}${status}`;
      let meter = series.get(key);
      if (!meter) {
        const labels = { route, head: method === "HEAD" ? "true" : "false", status };
        meter = {
          requests: metrics.counter("berth_http_requests_total", "Requests answered.", labels),
          duration: metrics.histogram(
            "berth_http_request_duration_seconds",
            "Time to the start of the answer.",
            DURATION_BOUNDS,
            labels,
          ),
        };
        series.set(key, meter);
      }
      meter.requests.add();
      meter.duration.observe(durationMs / 1_000);
    },
  };
}
