/** The audit log as the hub API shows it. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { cursor, pageOf, pageQuery } from "../contract/page.ts";

export const auditEvent = named(
  "AuditEvent",
  () =>
    z.strictObject({
      id: z.string(),
      at: z.string().describe("When, RFC 3339. An hour's pulls stand where the hour begins."),
      actor: z.strictObject({ kind: z.string(), name: z.string(), id: z.string().nullable() }),
      credential: z
        .string()
        .nullable()
        .describe("Kind, id and name of what the actor was proven with. Null in a namespace's own log."),
      action: z
        .string()
        .describe(
          "`noun.verb`, such as `tag.move`. A push by tag is one event, the tag's, whose `after.manifest` is `pushed`; " +
            "`manifest.push` is a push by digest.",
        ),
      target: z.strictObject({
        kind: z.string(),
        name: z.string().describe("Of a tag, manifest or blob: its repository."),
        id: z.string().nullable().describe("Of a tag, manifest or blob: the tag or digest; else the id of its row."),
      }),
      outcome: z.enum(["allowed", "denied", "failed"]),
      reason: z.string().nullable(),
      address: z.string().nullable().describe("Where from. Null in a namespace's own log."),
      agent: z.string().nullable(),
      requestId: z.string().nullable().describe("Under which the server's log has the request."),
      before: z.record(z.string(), z.unknown()).nullable().describe("Fields that changed, as they were."),
      after: z.record(z.string(), z.unknown()).nullable().describe("Fields that changed; secrets show as `***`."),
      count: z.int().describe("How often, where one event stands for many of the same."),
    }),
  "One thing that happened. Events are never changed, and removed only when they are too old.",
);

export const FORMATS = ["jsonl", "csv"] as const;
export const MEDIA = { jsonl: "application/jsonl", csv: "text/csv; charset=utf-8" } as const;

export const auditCursor = cursor("audit events, newest first", () => z.tuple([z.int(), z.int()]));

const text = (maxLength: number) => z.string().min(1).max(maxLength).optional();

function filters() {
  return {
    from: z.iso.datetime({ offset: true }).optional().describe("Not before then, RFC 3339."),
    to: z.iso.datetime({ offset: true }).optional().describe("Before then."),
    actor: text(255).describe("Name of who did it, as it was then; `anonymous` and `operator` too."),
    action: text(64).describe("`tag.move`, or `tag` for everything that happens to tags."),
    target: text(512).describe("Name of what it was done to; of a repository also what was done to its tags."),
    outcome: z.enum(["allowed", "denied", "failed"]).optional(),
  };
}

function everywhere() {
  return { ...filters(), address: text(64).describe("IP address that it came from."), namespace: text(255) };
}

const format = () =>
  z.enum(FORMATS).optional().describe("JSON Lines unless given, or what Accept asks for. See there of `text/csv`.");

const EXPORTED =
  "Newest first, all that the filters let through. In CSV a cell that a spreadsheet would take for a formula (one that begins " +
  "with `=`, `+`, `-`, `@` or a tab) has an apostrophe before it; JSON Lines are exact. The export is itself written down.";

const namespace = () => z.string().min(1).max(255);

export const auditApi = {
  list: endpoint({
    id: "audit.list",
    method: "GET",
    path: "/api/v1/audit",
    summary: "List what was done",
    description:
      "Newest first. For auditors and administrators. A page may have few events, or none, before the last one.",
    errors: ["REQUEST_INVALID"],
    schemas: () => ({ query: { ...pageQuery(), ...everywhere() }, response: pageOf(auditEvent()) }),
  }),
  export: endpoint({
    id: "audit.export",
    method: "GET",
    path: "/api/v1/audit/export",
    summary: "Export what was done",
    description: EXPORTED,
    errors: ["REQUEST_INVALID"],
    media: Object.values(MEDIA),
    schemas: () => ({ query: { ...everywhere(), format: format() } }),
  }),
  listOfNamespace: endpoint({
    id: "audit.listOfNamespace",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/audit",
    summary: "List what was done in a namespace",
    description: "For its owners: what was done to it and its repositories. Where from is for auditors alone.",
    errors: ["REQUEST_INVALID"],
    schemas: () => ({
      params: { namespace: namespace() },
      query: { ...pageQuery(), ...filters() },
      response: pageOf(auditEvent()),
    }),
  }),
  exportOfNamespace: endpoint({
    id: "audit.exportOfNamespace",
    method: "GET",
    path: "/api/v1/namespaces/<namespace>/audit/export",
    summary: "Export what was done in a namespace",
    description: EXPORTED,
    errors: ["REQUEST_INVALID"],
    media: Object.values(MEDIA),
    schemas: () => ({ params: { namespace: namespace() }, query: { ...filters(), format: format() } }),
  }),
};
