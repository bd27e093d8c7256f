/** What the operators' routes share: how works are started and answered, and what a read-only registry refuses. */
import type { Principal } from "../../access/principal.ts";
import type { AuditAction, AuditEvent } from "../../audit/event.ts";
import { RegistryError } from "../../errors.ts";
import type { RequestContext } from "../../http/context.ts";
import type { Route } from "../../http/router.ts";
import type { OperatorParts } from "../parts.ts";
import { jsonLines, type Emit } from "./json-lines.ts";

export type OperatorRoute = Route<null, Principal>;

export type Desk = {
  /** Answers with the lines of a work, one of its kind at a time. Throws UNAVAILABLE. */
  follow: (
    context: RequestContext,
    kind: string,
    body: (signal: AbortSignal, emit: Emit) => Promise<unknown>,
  ) => Response;
  /** Writes down that the operator does this, before it is done: what it changes by itself is written nowhere else. */
  record: (by: Principal, action: AuditAction, asked: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Throws UNAVAILABLE where nothing may change. */
  assertWritable: () => void;
};

export function createDesk({ works, log, readonly, audit }: OperatorParts): Desk {
  return {
    follow: (context, kind, body) => {
      const work = works.begin(kind, context.request.signal);
      return jsonLines(context, log, (emit) => work.run((signal) => body(signal, emit)));
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
