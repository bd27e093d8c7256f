/** The audit log's routes. Whoever exports it is in it. */
import { onNamespace, onSystem, type Needs } from "../access/needs.ts";
import type { Principal } from "../access/principal.ts";
import { RegistryError } from "../errors.ts";
import type { TrustedProxies } from "../http/client-address.ts";
import type { RequestContext } from "../http/context.ts";
import { content, implement } from "../http/contract-routes.ts";
import { RequestOrigin } from "../http/origin.ts";
import type { Route } from "../http/router.ts";
import type { Log } from "../telemetry/log.ts";
import { auditApi, auditCursor, FORMATS, MEDIA } from "./api.ts";
import type { AuditLog, EventFilter, Position } from "./audit-log.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { CSV_HEADER, csvOf, showEvent } from "./shown.ts";

export type AuditRouteParts = {
  auditLog: AuditLog;
  audit: AuditTrail;
  /** The namespace of that name; not one in the recycle bin. */
  findNamespace: (name: string) => Promise<{ id: number; name: string } | null>;
  proxies: TrustedProxies;
  log: Log;
};

type Asked = {
  from?: string | undefined;
  to?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  outcome?: EventFilter["outcome"];
  address?: string | undefined;
};

type Format = (typeof FORMATS)[number];

export function auditRoutes(parts: AuditRouteParts): Route<Needs, Principal>[] {
  const { auditLog, audit, proxies } = parts;

  const findNamespace = async (name: string): Promise<{ id: number; name: string }> => {
    const found = await parts.findNamespace(name.toLowerCase());
    if (found) return found;
    throw new RegistryError("NOT_FOUND", { message: `there is no namespace ${name}, or you may not see it` });
  };

  const filterOf = async (asked: Asked & { namespace?: string | undefined }): Promise<EventFilter> => ({
    ...toFilter(asked),
    ...(asked.namespace === undefined ? {} : { namespaceId: (await findNamespace(asked.namespace)).id }),
  });

  const list = async (filter: EventFilter, query: { limit: number; after?: string | undefined }, isWhole: boolean) => {
    const { events, next } = await auditLog.page(filter, toPosition(query.after), query.limit);
    return {
      items: events.map((event) => showEvent(event, isWhole)),
      next: next === null ? null : auditCursor.encode([next.at, next.id]),
    };
  };

  const send = async (
    { context, caller }: { context: RequestContext; caller: Principal },
    asked: Asked & { format?: Format | undefined; namespace?: string | undefined },
    within: { id: number; name: string } | null,
  ) => {
    const filter = within === null ? await filterOf(asked) : { ...toFilter(asked), namespaceId: within.id };
    const format = asked.format ?? (context.header("accept")?.includes("text/csv") === true ? "csv" : "jsonl");
    await audit.write({
      by: caller,
      action: "audit.export",
      target: within === null ? AUDIT_LOG : { kind: "namespace", name: within.name, id: within.id },
      namespaceId: within?.id ?? null,
      after: { ...asked, format },
      origin: new RequestOrigin(context, proxies),
    });
    return content(
      {
        type: MEDIA[format],
        body: lines(parts, filter, format, within === null),
      },
      { headers: { "Content-Disposition": `attachment; filename="audit.${format}"` } },
    );
  };

  return [
    implement(auditApi.list, {
      needs: onSystem("inspect"),
      handle: async ({ query }) => await list(await filterOf(query), query, true),
    }),
    implement(auditApi.export, {
      needs: onSystem("inspect"),
      handle: async ({ query }, extras) => await send(extras, query, null),
    }),
    implement(auditApi.listOfNamespace, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params, query }) => {
        const { id } = await findNamespace(params.namespace);
        return await list({ ...toFilter(query), namespaceId: id }, query, false);
      },
    }),
    implement(auditApi.exportOfNamespace, {
      needs: onNamespace("inspect-namespace"),
      handle: async ({ params, query }, extras) => await send(extras, query, await findNamespace(params.namespace)),
    }),
  ];
}

const AUDIT_LOG = { kind: "registry", name: "audit log" } as const;

function toFilter({ from, to, actor, action, target, outcome, address }: Asked): EventFilter {
  return {
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    actor,
    action,
    target,
    outcome,
    address,
  };
}

function toPosition(after: string | undefined): Position | null {
  const key = auditCursor.decode(after);
  return key === null ? null : { at: key[0], id: key[1] };
}

/** A page is read when the one before has been taken: a slow reader holds no more than that. */
function lines(
  { auditLog, log }: AuditRouteParts,
  filter: EventFilter,
  format: Format,
  isWhole: boolean,
): ReadableStream<Uint8Array> {
  const pages = auditLog.pages(filter);
  const encoder = new TextEncoder();
  let head = format === "csv" ? CSV_HEADER : "";
  let isWanted = true;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          for (;;) {
            const { value: rows, done } = await pages.next();
            const shown = (rows ?? []).map((row) => showEvent(row, isWhole));
            const text = head + shown.map(format === "csv" ? csvOf : jsonLine).join("");
            head = "";
            if (!isWanted) return;
            if (text !== "") controller.enqueue(encoder.encode(text));
            if (done === true) return controller.close();
            // A page that matched nothing gives nothing to wait for.
            if (text !== "") return;
          }
        } catch (error) {
          log.error("an export of the audit log broke off", { error });
          controller.error(error);
        }
      },
      cancel: async () => {
        isWanted = false;
        await pages.return();
      },
    },
    { highWaterMark: 1 },
  );
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
