/**
 * The OpenAPI 3.1 document of the hub API, made from the schemas that check its requests and answers. The same endpoints
 * give the same text. Spec: OpenAPI 3.1.1; its schemas are JSON Schema 2020-12.
 */
import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { Api, Endpoint } from "./endpoint.ts";
import { PROBLEM_TYPE } from "./problem.ts";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
};

export type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, ResponseObject>;
};

type ResponseObject = {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, { schema: JsonSchema }>;
};

export type OpenApiDocument = {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, Record<string, string>> };
};

export type OpenApiOptions = {
  title: string;
  /** Of the server. */
  version: string;
  /** Markdown. */
  description: string;
  /** Name of the cookie that a browser's session has. */
  sessionCookie: string;
};

const SESSION = "session";

/** What every endpoint may answer, whatever it declares. */
const COMMON: readonly ErrorCode[] = ["REQUEST_INVALID", "UNAUTHORIZED", "DENIED"];

/** Throws where two schemas have one name, or one cannot be described. */
export function openApiDocument(api: Api, options: OpenApiOptions): OpenApiDocument {
  const components = new Map<string, JsonSchema>([["Problem", PROBLEM_SCHEMA]]);
  const paths: OpenApiDocument["paths"] = {};
  const tags = new Set<string>();
  for (const endpoint of endpointsOf(api)) {
    const path = (paths[endpoint.path.replaceAll("<", "{").replaceAll(">", "}")] ??= {});
    for (const tag of endpoint.tags) tags.add(tag);
    path[endpoint.method.toLowerCase()] = describe(endpoint, components);
  }
  const { title, version, description, sessionCookie } = options;
  return {
    openapi: "3.1.1",
    info: { title, version, description },
    servers: [{ url: "/" }],
    tags: [...tags].map((name) => ({ name })),
    security: [{ basic: [] }, { bearer: [] }, { [SESSION]: [] }],
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        basic: { type: "http", scheme: "basic", description: "A login name with its password or an access token." },
        bearer: { type: "http", scheme: "bearer", description: "An access token." },
        [SESSION]: { type: "apiKey", in: "cookie", name: sessionCookie, description: "A browser's session." },
      },
    },
  };
}

export function endpointsOf(api: Api): Endpoint[] {
  return Object.values(api).flatMap((group) => Object.values(group));
}

function describe(endpoint: Endpoint, components: Map<string, JsonSchema>): Operation {
  const { id, summary, description, tags, ifMatch, isPublic } = endpoint;
  const { params = {}, query = {}, body } = endpoint.schemas();
  const parameters = [
    ...Object.entries(params).map(([name, schema]) => parameter("path", name, schema, components)),
    ...Object.entries(query).map(([name, schema]) => parameter("query", name, schema, components)),
    ...(ifMatch === undefined ? [] : [ifMatchHeader(ifMatch === "required")]),
  ];
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [...tags],
    ...(isPublic === true ? { security: [{}] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: convert(body, "input", components) } },
          },
        }),
    responses: { ...success(endpoint, components), ...failures(endpoint) },
  };
}

function parameter(
  place: "path" | "query",
  name: string,
  schema: z.ZodType,
  components: Map<string, JsonSchema>,
): Parameter {
  const { description, ...rest } = convert(schema, "input", components);
  const note = name === "repository" && place === "path" ? "The whole name; its slashes stand as they are." : undefined;
  const said = [description, note].filter((it) => it !== undefined).join(" ");
  const required = place === "path" || !schema.safeParse(undefined).success;
  return { name, in: place, required, ...(said === "" ? {} : { description: said }), schema: rest };
}

function ifMatchHeader(required: boolean): Parameter {
  const description = "The ETag of what was read: the change is refused with 412 when that has changed since.";
  return { name: "If-Match", in: "header", required, description, schema: { type: "string" } };
}

function success(endpoint: Endpoint, components: Map<string, JsonSchema>): Record<string, ResponseObject> {
  const { hasETag, media, status, method } = endpoint;
  const { response, line } = endpoint.schemas();
  const etag = { ETag: { description: "Version of what is shown.", schema: { type: "string" } } } as const;
  const content = media
    ? Object.fromEntries(media.map((type) => [type, { schema: line ? convert(line, "output", components) : {} }]))
    : response && { "application/json": { schema: convert(response, "output", components) } };
  const shown = status === 200 && content === undefined ? 204 : status;
  return {
    [shown]: {
      description: content === undefined ? "Done; nothing to say." : "Done.",
      ...(hasETag ? { headers: etag } : {}),
      ...(content === undefined ? {} : { content }),
    },
    ...(hasETag && method === "GET"
      ? { 304: { description: "What If-None-Match names is still what is there." } }
      : {}),
  };
}

function failures({ errors, ifMatch, inputs }: Endpoint): Record<string, ResponseObject> {
  const codes = new Set<ErrorCode>([
    ...COMMON,
    ...(inputs().body === null ? [] : (["MEDIA_TYPE_UNSUPPORTED", "BODY_TOO_LARGE"] as const)),
    ...(ifMatch === undefined ? [] : (["PRECONDITION_FAILED"] as const)),
    ...(ifMatch === "required" ? (["PRECONDITION_REQUIRED"] as const) : []),
    ...errors,
  ]);
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code].status);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } };
  const described = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, of]) => {
      const description = of.map((code) => `\`${code}\`: ${ERROR_CODES[code].message}`).join(". ");
      return [String(status), { description, content }] as const;
    });
  return { ...Object.fromEntries(described), default: { description: "Anything else that goes wrong.", content } };
}

/** Schemas with a name become components, and every place that uses them a reference. */
function convert(schema: z.ZodType, io: "input" | "output", components: Map<string, JsonSchema>): JsonSchema {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, target: "draft-2020-12" });
  for (const [name, definition] of Object.entries($defs)) {
    const known = components.get(name);
    const made = relocate(definition) as JsonSchema;
    if (known === undefined) components.set(name, made);
    else if (JSON.stringify(known) !== JSON.stringify(made)) {
      throw new Error(`two schemas are called ${name}, or it is not the same in requests and answers`);
    }
  }
  return relocate(own) as JsonSchema;
}

/** The same JSON with references to where components lie in the document. */
function relocate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "$ref" && typeof part === "string" ? part.replace("#/$defs/", "#/components/schemas/") : relocate(part),
    ]),
  );
}

const text = { type: "string" } as const;
const PROBLEM_SCHEMA: JsonSchema = {
  type: "object",
  description: "What went wrong, as RFC 9457 says it.",
  properties: {
    type: text,
    title: text,
    status: { type: "integer" },
    detail: { type: "string", description: "For people: what happened, and what to do." },
    code: { type: "string", description: "For programs.", enum: Object.keys(ERROR_CODES).sort() },
    requestId: { type: "string", description: "Under which the server's log says more." },
    errors: {
      type: "array",
      description: "The fields of the request that were not accepted.",
      items: { type: "object", properties: { path: text, message: text }, required: ["path", "message"] },
    },
  },
  required: ["type", "title", "status", "detail", "code", "requestId"],
};
