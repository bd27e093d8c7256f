/** What the operators' routes share: how works are started and answered, and what a read-only registry refuses. */
import type { Principal } from "../../access/principal.ts";
import type { AuditAction, AuditEvent } from "../../audit/event.ts";
import type { AnySchemas, Endpoint } from "../../contract/endpoint.ts";
import { RegistryError } from "../../errors.ts";
import type { Answer, Extras } from "../../http/contract-routes.ts";
import { lines } from "../../http/json-lines.ts";
import type { Route } from "../../http/router.ts";
import type { Line, Step } from "../lines.ts";
import type { OperatorParts } from "../parts.ts";

export type OperatorRoute = Route<null, Principal>;

/** Hands on a step; resolves when the reader is not far behind. */
export type Tell = (step: Step) => Promise<void>;

type WorkEndpoint = Endpoint<AnySchemas & { line: NonNullable<AnySchemas["line"]> }>;

export type Desk = {
  /** Answers with the lines of a work, one of its kind at a time. Throws UNAVAILABLE. */
  follow: (
    endpoint: WorkEndpoint,
    kind: string,
    extras: Extras<Principal>,
    body: (signal: AbortSignal, tell: Tell) => Promise<unknown>,
  ) => Answer<undefined>;
  /** Writes down that the operator does this, before it is done: what it changes by itself is written nowhere else. */
  record: (by: Principal, action: AuditAction, asked: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Throws UNAVAILABLE where nothing may change. */
  assertWritable: () => void;
};

export function createDesk({ works, log, readonly, audit }: OperatorParts): Desk {
  return {
    follow: (endpoint, kind, { context }, body) => {
      const { signal } = context.request;
      const work = works.begin(kind, signal);
      return lines(endpoint, async (emit) => {
        try {
          const result = await work.run((until) => body(until, emit));
          await emit({ event: "done", result } satisfies Line);
        } catch (error) {
          // Whoever runs this server may read what went wrong: the message of an unexpected error too.
          if (!signal.aborted && !(error instanceof RegistryError)) {
            log.warn("an operator's command failed", { id: context.id, path: context.path, error });
          }
          await emit(describeFailure(error));
        }
      });
    },
    record: async (by, action, asked) => {
      const event: AuditEvent = { by, action, target: { kind: "registry", name: "registry" }, after: asked };
      await audit?.write(event).catch((error: unknown) => {
        // On a full disk, say, where this may be what makes room: it is written as soon as that goes.
        log.warn("what the operator does could not be written into the audit log at once", { action, error });
        audit.note(event);
      });
    },
    assertWritable: () => {
      if (!readonly) return;
      throw new RegistryError("UNAVAILABLE", {
        message: "this registry is read-only at the moment (storage.readonly is true): nothing here can be changed",
      });
    },
  };
}

function describeFailure(error: unknown): Line {
  if (error instanceof RegistryError) return { event: "failed", code: error.wireCode, message: error.message };
  return { event: "failed", code: "UNKNOWN", message: error instanceof Error ? error.message : String(error) };
}
